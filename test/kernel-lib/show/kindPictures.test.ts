import { show, type protocol } from '@switchyard/kernel-lib';
import { JSDOM } from 'jsdom';
import { describe, expect, test } from 'vitest';
import { KIND_EXAMPLES } from '../../support/kindExamples';
import { example } from '../../support/payloads';

type Kind = protocol.Payload['kind'];

function kind<K extends Kind>(name: K & (typeof KIND_EXAMPLES)[number]): Extract<protocol.Payload, { kind: K }> {
  return example(name) as Extract<protocol.Payload, { kind: K }>;
}

function drawn(payload: protocol.Payload): Document {
  return new JSDOM(show.figure(payload).toSVG(), { contentType: 'image/svg+xml' }).window.document;
}

const marks = (document: Document, label: string, name: string): Element[] =>
  Array.from(document.querySelectorAll(`g[aria-label="${label}"] ${name}`));
const number = (element: Element, attribute: string): number => Number(element.getAttribute(attribute));

describe('a picture of', () => {
  test('depth usage has a bar a layer and module as long as its share, and a cell a token', () => {
    const { data } = kind('depth-usage');
    const document = drawn(kind('depth-usage'));
    const bars = marks(document, 'bar', 'rect');
    expect(bars).toHaveLength(18);
    const [skip, small] = [bars[0], bars[1]].map((bar) => number(bar, 'width'));
    expect(small / skip).toBeCloseTo(data.usage[0][1] / data.usage[0][0], 1);
    const cells = marks(document, 'cell', 'rect');
    expect(cells).toHaveLength(360);
    expect(new Set(cells.map((cell) => cell.getAttribute('fill'))).size).toBe(3);
  });

  test('router confidence has a cell a bin, a ring at each mean, and a line of agreement for each layer', () => {
    const document = drawn(kind('router-confidence'));
    expect(marks(document, 'bar', 'rect')).toHaveLength(4 * 20);
    const agreement = kind('router-confidence').data.layers.flatMap((layer) => layer.agreement);
    const known = agreement.filter((share) => share !== null);
    expect(marks(document, 'dot', 'circle')).toHaveLength(4 + known.length);
  });

  test('masks has what is kept of each group, and of each cost', () => {
    const document = drawn(kind('masks'));
    const bars = marks(document, 'bar', 'rect');
    // Four groups and five costs, each on a track; a head and an expert each.
    expect(bars.length).toBe(18 + 8 + 2 * 4);
    // The most groups have experts: their cells come first, light where nothing is kept.
    const cells = bars.slice(8, 12).map((cell) => cell.getAttribute('fill'));
    expect(cells).toEqual(['rgb(121, 150, 189)', 'rgb(44, 90, 152)', 'rgb(16, 68, 138)', 'rgb(226, 231, 240)']);
    const [track, kept] = [bars[0], bars[4]].map((bar) => number(bar, 'width'));
    expect(kept / track).toBeCloseTo(kind('masks').data.groups[0].kept, 2);
    expect(document.documentElement.textContent).toContain('84.4%');
    expect(document.documentElement.textContent).toContain('1.84 to 1.12');
  });

  test('a merge tree has a line a join', () => {
    const document = drawn(kind('merge-tree'));
    expect(marks(document, 'line', 'path')).toHaveLength(14);
    expect(document.documentElement.textContent).toContain('distance of mean outputs');
  });

  test('a Pareto front has all points, their intervals and a step line', () => {
    const document = drawn(kind('pareto'));
    expect(marks(document, 'dot', 'circle')).toHaveLength(62);
    expect(marks(document, 'rule', 'line')).toHaveLength(60);
    const steps = document.querySelector('g[aria-label="line"] path')?.getAttribute('d') ?? '';
    // Along, then up: H (or a line of one coordinate) twice for each further corner.
    expect(steps.match(/[LHV]/g)).toHaveLength(2 * (kind('pareto').data.front.length - 1));
  });

  test('a rewired graph has its edges in the colours of their curvature, added ones dashed', () => {
    const document = drawn(kind('graph-rewiring'));
    const edges = marks(document, 'link', 'path');
    // The others are those of its sensitivity, without the two that were removed.
    expect(edges).toHaveLength(43 + 41);
    expect(document.querySelectorAll('g[aria-label="link"][stroke-dasharray="6 4"] path')).toHaveLength(2);
    const bridge = edges.find((edge) => edge.getAttribute('stroke') === 'rgb(179, 88, 6)');
    expect(bridge).toBeDefined();
  });

  test('a timeline has a bar a span on a track of idle time', () => {
    const document = drawn(kind('timeline'));
    const bars = marks(document, 'bar', 'rect');
    expect(bars).toHaveLength(4 + 24);
    expect(document.documentElement.textContent).toContain('27.7% idle');
  });

  test.each(KIND_EXAMPLES)('%s takes markup as text', (name) => {
    const evil = '</text><script>alert(1)</script>&"';
    const payload = JSON.parse(JSON.stringify(example(name)), (key, value: unknown) =>
      typeof value === 'string' && !['kind', 'schemaVersion', 'status', 'state', 'mode', 'better'].includes(key)
        ? evil
        : value
    ) as protocol.Payload;
    expect(drawn(payload).querySelectorAll('script')).toHaveLength(0);
    expect(String(show.figure(payload))).toContain(evil);
  });
});

describe('an empty payload of', () => {
  test.each([
    ['depth-usage', { layers: [], usage: [], flops: [], tokens: null }, 'no layers'],
    ['router-confidence', { layers: [] }, 'no layers'],
    ['masks', { groups: [] }, 'no groups'],
    ['merge-tree', { layers: [] }, 'no layers'],
    ['pareto', { points: [], front: [], trajectory: [] }, 'no points on the front'],
    ['graph-rewiring', { nodes: [], edges: [], sensitivity: undefined }, '0 nodes, 0 edges'],
    ['timeline', { spans: [] }, '0 ms']
  ] as const)('%s is still a picture and a text', (name, nothing, words) => {
    const payload = example(name);
    Object.assign(payload.data, nothing);
    expect(drawn(payload).documentElement.textContent).toContain(payload.source.title);
    expect(String(show.figure(payload))).toContain(words);
  });
});

describe('the table of', () => {
  test('depth usage by hand', () => {
    const payload = kind('depth-usage');
    payload.source = { ...payload.source, title: 'mine', step: 1, totalSteps: null };
    Object.assign(payload.data, { layers: ['a', 'b'], modules: ['skip', 'big'], flops: [], tokens: null });
    payload.data.usage = [
      [0.25, 0.75],
      [0, 0]
    ];
    payload.data.cost = 0.5;
    payload.data.omitted = 3;
    expect(String(show.figure(payload))).toBe(
      [
        'mine: step 1, finished',
        'layer   skip    big',
        'a      25.0%  75.0%',
        'b       0.0%   0.0%',
        '3 more layers',
        // A layer where no token came does not count.
        'all layers: skip 25.0%, big 75.0%',
        'cost 50.0% of the costliest modules, budget 40.0%'
      ].join('\n')
    );
  });

  test('a timeline: what overlaps is busy once', () => {
    const payload = kind('timeline');
    payload.data = {
      devices: ['a'],
      activities: ['x', 'y'],
      spans: [
        { device: 0, activity: 0, start: 0, end: 2, label: '' },
        { device: 0, activity: 1, start: 1, end: 3, label: '' },
        { device: 0, activity: 0, start: 3.5, end: 4, label: '' }
      ]
    };
    expect(String(show.figure(payload)).split('\n').slice(1)).toEqual([
      '4 ms',
      'device (ms)    x  y  busy   idle',
      'a            2.5  2   3.5  12.5%'
    ]);
  });

  test('more rows than are read as text are counted', () => {
    const payload = kind('depth-usage');
    payload.data.layers = Array.from({ length: 30 }, (_, i) => `layers.${i}`);
    payload.data.usage = payload.data.layers.map(() => [1, 0, 0]);
    Object.assign(payload.data, { flops: [], tokens: null });
    expect(String(show.figure(payload))).toContain('\n6 more layers\n');
  });
});
