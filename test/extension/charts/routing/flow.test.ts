import { expect, test } from 'vitest';
import { flow } from '../../../../extension/charts/routing/flow';
import { biggestFlows, OTHERS } from '../../../../extension/charts/routing/biggestFlows';
import { expertFlows } from '../../../../extension/charts/routing/expertFlows';
import { context, routing } from '../../support/payloads';

/** Three layers of two experts. */
function three() {
  const payload = routing('small');
  const [layer] = payload.data.layers;
  const at = (i: number, more: object) => ({
    ...layer,
    path: `layers.${i}.moe`,
    numExperts: 2,
    k: 1,
    experts: [],
    load: [0.5, 0.5],
    ...more
  });
  payload.data.layers = [
    at(0, {
      load: [0.75, 0.25],
      transitions: [
        [0.5, 0.5],
        [0, 1]
      ]
    }),
    at(1, {
      transitions: [
        [1, 0],
        [0.2, 0.8]
      ]
    }),
    at(2, {})
  ];
  payload.data.tokens = null;
  return payload;
}

interface ISankey {
  node: { label: string[]; customdata: { layer: number; expert: number; words: string }[] };
  link: { source: number[]; target: number[]; value: number[]; color: string[]; customdata: { words: string }[] };
}

const sankey = (figure: ReturnType<typeof flow>): ISankey => figure?.data[0] as unknown as ISankey;

/** "layer.expert>layer.expert" with the band's width. */
function bands(figure: ReturnType<typeof flow>): Record<string, number> {
  const { node, link } = sankey(figure);
  const name = (i: number): string => `${node.customdata[i].layer}.${node.customdata[i].expert}`;
  return Object.fromEntries(
    link.value.map((value, i) => [`${name(link.source[i])}>${name(link.target[i])}`, Number(value.toFixed(9))])
  );
}

test('bands are the first layer’s load, carried on by the transitions', () => {
  const figure = flow(three(), context);
  // In layer 1: 0.75 x 0.5 = 0.375 at expert 0, 0.375 + 0.25 = 0.625 at expert 1.
  expect(bands(figure)).toEqual({
    '0.0>1.0': 0.375,
    '0.0>1.1': 0.375,
    '0.1>1.1': 0.25,
    '1.0>2.0': 0.375,
    '1.1>2.0': 0.125,
    '1.1>2.1': 0.5
  });
  expect(figure?.table.rows).toContainEqual(['1', 'expert 1', 'expert 0', '20.0 %', '12.5 %']);
  expect(figure?.summary).toContain('The first column is the load of layer 0.');
  expect(figure?.summary).not.toContain('Only the biggest');
});

test('the range of layers is chosen, and its first layer starts from its own load', () => {
  const figure = flow(three(), { ...context, choices: { 'flow.first': '1' } });
  expect(bands(figure)).toEqual({ '1.0>2.0': 0.5, '1.1>2.0': 0.1, '1.1>2.1': 0.4 });
  expect(figure?.choices?.map(({ selected }) => selected)).toEqual(['1', '2']);
  const short = flow(three(), { ...context, choices: { 'flow.first': '0', 'flow.last': '1' } });
  expect(Object.keys(bands(short))).toHaveLength(3);
});

test('without transitions the sample’s first choices are counted, and a token that was dropped goes nowhere', () => {
  const payload = three();
  delete payload.data.layers[1].transitions;
  payload.data.tokens = {
    text: ['a', 'b', 'c', 'd'],
    domain: [-1, -1, -1, -1],
    experts: [
      [[0], [0], [1], [1]],
      [[0], [1], [1], [-1]],
      [[1], [1], [1], [0]]
    ],
    weights: [[], [], []],
    truncated: false
  };
  const figure = flow(payload, context);
  expect(bands(figure)).toEqual({ '0.0>1.0': 0.25, '0.0>1.1': 0.25, '0.1>1.1': 0.25, '1.0>2.1': 0.25, '1.1>2.1': 0.5 });
  expect(figure?.summary).toContain('Counted from the sample of 4 tokens.');
});

test('the chosen expert’s bands stand out, and clicks on experts and bands choose', () => {
  const figure = flow(three(), { ...context, layer: 1, expert: 0 });
  const { link, node } = sankey(figure);
  const names = Object.keys(bands(figure));
  expect(names.filter((_, i) => link.color[i] === context.theme.accent)).toEqual(['0.0>1.0', '1.0>2.0']);
  expect(figure?.summary).toContain(
    'Chosen is expert 0 of layer 1: it leads most to expert 0, with 100.0 % of its tokens.'
  );
  const click = (data: unknown) => figure?.pick?.({ trace: 0, x: 0, y: 0, index: 0, data });
  expect(click(node.customdata[0])).toEqual({ layer: 0, expert: 0 });
  expect(click({ layer: 1, expert: 0 })).toEqual({ layer: 1, expert: null });
  expect(click({ layer: 1, expert: OTHERS })).toEqual({});
});

test('of many experts the emptier are put together, volumes are kept, and the summary says what is left out', () => {
  const payload = three();
  const even = (n: number): number[] => new Array<number>(n).fill(1 / n);
  const many = { numExperts: 40, load: even(40) };
  payload.data.layers = payload.data.layers
    .slice(0, 2)
    .map((layer, i) => ({ ...layer, ...many, transitions: i === 0 ? many.load.map(() => even(40)) : undefined }));
  const known = expertFlows(payload.data, 0, 1)!;
  expect(known.flows).toHaveLength(1600);
  const { flows, covered, grouped } = biggestFlows(known.flows, [0, 39]);
  expect(grouped).toBe(true);
  const sum = flows.reduce((total, { volume }) => total + volume, 0);
  expect(sum).toBeCloseTo(covered, 12);
  // 16 by themselves and expert 39; the other 23 lead to the other 24 with (23 / 40) x (24 / 40) of all.
  const others = flows.find(({ source, target }) => source === OTHERS && target === OTHERS);
  expect(others?.volume).toBeCloseTo((23 * 24) / 1600, 12);
  expect(others?.share).toBeCloseTo(24 / 40, 12);
  expect(flows.filter(({ source }) => source === 39)).toHaveLength(17);
  const figure = flow(payload, { ...context, expert: 39 });
  expect(figure?.summary).toContain('drawn together');
  expect(figure?.summary).toContain(`Only the biggest flows are drawn: ${(covered * 100).toFixed(1)} % of all.`);
});

test('one layer, or neither transitions nor a sample, is said in words', () => {
  const payload = three();
  delete payload.data.layers[0].transitions;
  expect(flow(payload, context)).toMatchObject({ data: [], summary: expect.stringContaining('neither') });
  payload.data.layers.length = 1;
  expect(flow(payload, context)).toMatchObject({ data: [], summary: expect.stringContaining('one routed layer') });
});

test('markup in labels stays text', () => {
  const payload = three();
  payload.data.layers.forEach((layer) => (layer.experts = ['<b>a</b>', '<i>b</i>']));
  const { data, layout } = flow(payload, context) ?? {};
  expect(JSON.stringify([data, layout]).replaceAll('<extra></extra>', '')).not.toContain('<');
});
