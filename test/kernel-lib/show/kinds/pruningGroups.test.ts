import { models, protocol, prune, routers, show } from '@switchyard/kernel-lib';
import { JSDOM } from 'jsdom';
import { describe, expect, test } from 'vitest';
import { example } from '../../../support/payloads';

const MIME = 'application/vnd.switchyard.v1+json';
const { showData } = (globalThis as unknown as Record<symbol, { showData: (value: object) => Record<string, unknown> | null }>)[Symbol.for('switchyard.kernel')]; // prettier-ignore
const SIZE = { width: 16, heads: 4, hidden: 24, vocabSize: 20, contextLength: 8 };

type Shown = { modules: Record<string, number>; groups: Record<string, string> };

/** Modules with how many each stands for; groups as "positions, times, values of one: where". */
function shown(data: protocol.PruningGroupsData): Shown {
  return {
    modules: Object.fromEntries(data.modules.map(({ path, repeats }) => [path, repeats])),
    groups: Object.fromEntries(
      data.groups.map(({ name, size, repeats, values, members }) => [
        name,
        `${size}, ${repeats} times, ${values}: ${members.map(({ module }) => data.modules[module].path).join(' ')}`
      ])
    )
  };
}

/** No two lines of a column overlap, and each says where it runs. */
function expectApart({ groups }: protocol.PruningGroupsData): void {
  const extents = groups.map(({ column, members }) => ({ column, from: members[0].module, to: members.at(-1)!.module })); // prettier-ignore
  extents.forEach((a, i) =>
    extents.slice(i + 1).forEach((b) => expect(a.column !== b.column || a.to < b.from || b.to < a.from).toBe(true))
  );
}

describe('show.groups', () => {
  test('of a perceptron has each width between the layers that it joins', () => {
    const model = models.mlp({ inputWidth: 3, hidden: [4, 5], outputWidth: 2 });
    const { kind, data } = show.groups(model);
    expect(kind).toBe('pruning-groups');
    // A hidden neuron: a column of the matrix before, its bias, a row of the matrix after.
    expect(data.groups.filter(({ pinned }) => pinned === null).map(({ size, values }) => [size, values])).toEqual([
      [4, 3 + 1 + 5],
      [5, 4 + 1 + 2]
    ]);
    const [first] = data.groups.filter(({ size }) => size === 4);
    expect(first.members.map(({ module, parameters }) => `${data.modules[module].path}: ${parameters}`)).toEqual([
      '0: weight 1, bias 0',
      '1: weight 0'
    ]);
    expectApart(data);
    model.dispose();
  });

  test('folds the blocks of a transformer that are alike, and what is of the whole model stays one', () => {
    const model = models.denseTransformer({ layers: 30, ...SIZE });
    const { data } = show.groups(model);
    const { modules, groups } = shown(data);
    expect(Object.entries(modules)).toHaveLength(10);
    expect(modules).toMatchObject({ tokens: 1, 'layers.0–29.attention.qkv': 30, 'layers.0–29.feedForward.w2': 30 });
    // Up and down: two rows of 16.
    const hidden = groups['layers.0–29.feedForward.hidden'];
    expect(hidden).toBe('24, 30 times, 32: layers.0–29.feedForward.w1 layers.0–29.feedForward.w2');
    expect(groups.width).toMatch(/^16, 1 times, /);
    expect(data.groups.find(({ name }) => name === 'width')!.members).toHaveLength(10);
    expect(JSON.stringify(data).length).toBeLessThan(4000);
    expectApart(data);
    model.dispose();
  });

  test('blocks that differ stay apart: those before, the one, those after', () => {
    const model = models.denseTransformer({ layers: 6, ...SIZE });
    const { model: pruned } = prune.structured(model, { ratio: 0.5, include: ['layers.3.feedForward.hidden'] });
    const { modules, groups } = shown(show.groups(pruned).data);
    const blocks = Object.keys(modules).filter((path) => path.endsWith('.w1'));
    expect(blocks.map((path) => path.split('.')[1])).toEqual(['0–2', '3', '4–5']);
    expect(groups['layers.3.feedForward.hidden']).toMatch(/^12, 1 times/);
    expect(groups['layers.4–5.feedForward.hidden']).toMatch(/^24, 2 times/);
    [model, pruned].forEach((each) => each.dispose());
  });

  test('lists within lists fold from the inside: blocks of a stage, and not the stages of other widths', () => {
    const model = models.resnet({ blocks: [2, 3], channels: 4, classes: 4, stem: 'small' });
    const { data } = show.groups(model);
    expect(data.modules.length).toBeLessThan(model.modules().size);
    expectApart(data);
    const values = prune.groups(model);
    data.groups.forEach(({ name, values: each }) => {
      const own = values.get(name);
      expect(own === undefined || own.values === each).toBe(true);
    });
    model.dispose();
  });

  test('an expert takes the column of its router with it', () => {
    const model = models.moeTransformer({ layers: 2, experts: 4, router: routers.topK({ k: 2 }), ...SIZE });
    const { data } = show.groups(model);
    const experts = data.groups.find(({ axis }) => axis === 'experts')!;
    const paths = experts.members.map(({ module }) => data.modules[module].path);
    expect(paths.some((path) => path.includes('router'))).toBe(true);
    expect([experts.size, experts.repeats]).toEqual([4, 2]);
    model.dispose();
  });

  test('what `prune.groups` finds shows itself so', () => {
    const model = models.denseTransformer({ layers: 3, ...SIZE });
    const bundle = showData(prune.groups(model))!;
    const { data } = bundle[MIME] as protocol.PruningGroupsPayload;
    expect(data).toEqual(show.groups(model).data);
    expect(String(bundle['text/plain'])).toMatch(/layers\.0–2\.feedForward\.hidden +3 times +24 +32 +6/);
    expect(() => show.groups(new Map())).toThrow('show.groups: there must be at least one group, got 0');
    model.dispose();
  });
});

test('the picture has a line a group and a mark a member', () => {
  const payload = example('pruning-groups') as protocol.PruningGroupsPayload;
  const { groups } = payload.data;
  const svg = new JSDOM(show.figure(payload).toSVG(), { contentType: 'image/svg+xml' }).window.document;
  expect(svg.querySelectorAll('g[aria-label="rule"] line')).toHaveLength(groups.length);
  expect(svg.querySelectorAll('g[aria-label="dot"] circle')).toHaveLength(groups.flatMap(({ members }) => members).length); // prettier-ignore
  expect(svg.documentElement.textContent).toContain('layers.0–11.attention.query (12 times)');
});

const SPOILT: [name: string, spoil: (data: protocol.PruningGroupsData) => void, message: string][] = [
  ['a member that is no module', (d) => (d.groups[0].members[0].module = 10), 'module: must be an integer in 0..9, got 10'], // prettier-ignore
  ['a column far away', (d) => (d.groups[0].column = 512), 'column: must be an integer in 0..511, got 512'],
  ['a group without positions', (d) => (d.groups[1].size = 0), 'groups[1].size: must be an integer of at least 1, got 0'], // prettier-ignore
  ['a reason that is no text', (d) => (d.groups[0].pinned = false as never), 'groups[0].pinned: must be a string, got false'], // prettier-ignore
  ['a module that stands for none', (d) => (d.modules[0].repeats = 0), 'modules[0].repeats: must be an integer of at least 1, got 0'] // prettier-ignore
];

test.each(SPOILT)('%s: refused', (_, spoil, message) => {
  const payload = example('pruning-groups') as protocol.PruningGroupsPayload;
  spoil(payload.data);
  expect(() => protocol.parsePayload(payload)).toThrow(message);
});
