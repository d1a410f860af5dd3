import { core, elastic, models, nas } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';

const graphOf = (space: nas.Space, point: Record<string, nas.ChoiceValue>) =>
  space.architecture(space.complete(point, core.Random.fromSeed(0).generator()));
const words = (graph: nas.ArchitectureGraph | null) =>
  graph?.nodes.map(({ label, detail }) => (detail ? `${label}: ${detail}` : label));

test('a list is its items in a row, with their settings', () => {
  const space = nas.space({
    layers: nas.integer(1, 3),
    blocks: nas.repeated('layers', nas.group({ kernel: nas.categorical([3, 5]), width: nas.integer(8, 32) }))
  });
  const point = { layers: 2, 'blocks.0.kernel': 3, 'blocks.0.width': 8, 'blocks.1.kernel': 5, 'blocks.1.width': 32 };
  const graph = graphOf(space, point);
  expect(words(graph)).toEqual(['input', 'blocks.0: kernel 3, width 8', 'blocks.1: kernel 5, width 32', 'output']);
  expect(graph!.edges).toEqual([[0, 1], [1, 2], [2, 3]]); // prettier-ignore
});

test('a number of layers is so many, with the settings beside it; other choices are no network', () => {
  const space = nas.space({ layers: nas.integer(1, 4), width: nas.integer(8, 64), rate: nas.float(0, 1) });
  expect(words(graphOf(space, { layers: 2, width: 16, rate: 0.123456 }))).toEqual([
    'input',
    ...['layer 1: width 16, rate 0.1235', 'layer 2: width 16, rate 0.1235'],
    'output'
  ]);
  expect(nas.space({ rate: nas.float(0, 1) }).architecture({ rate: 0.5 })).toBeNull();
});

test('sizes of axes are the modules that have them', () => {
  const model = models.mlp({ inputWidth: 8, hidden: [16, 12], outputWidth: 4 });
  const space = nas.space.of(model);
  const point = Object.fromEntries(space.leaves.map(({ label, domain }) => [label, (domain as { high: number }).high]));
  expect(words(space.architecture(point))).toEqual(['input', 'hidden: size 16', 'hidden#2: size 12', 'output']);
  model.dispose();
});

test('slices of a supernet are their modules with the sizes that are left, without the blocks that are left out', () => {
  const model = models.denseTransformer({ vocabSize: 16, layers: 3, width: 8, heads: 2, hidden: 16, contextLength: 8 });
  const net = elastic.supernet(model, { sizes: { '**.hidden': [0.25, 1] }, depths: { layers: [2, 3] }, tied: true });
  const space = elastic.space(net);
  const nodes = words(space.architecture({ '**/hidden': 0.25, layers: 2 }))!;
  expect(nodes).toHaveLength(4);
  expect(nodes.slice(1, 3).every((node, i) => node.startsWith(`layers.${i}.`) && node.endsWith(': hidden 4'))).toBe(
    true
  );
  expect(words(space.architecture({ '**/hidden': 1, layers: 3 }))).toHaveLength(5);
  model.dispose();
});

test('spaces that know their networks draw them: cells, stages, bottlenecks', async () => {
  const regnet = nas.space.regnet();
  const point = { depth: 4, w0: 8, wa: 8, wm: 2 };
  const stages = nas.regnetStages({ ...point, group: 8 });
  expect(words(regnet.architecture(point))).toEqual([
    'input',
    ...stages.flatMap(({ width, depth }, s) =>
      Array.from({ length: depth }, (_, i) => `stage ${s + 1}.${i + 1}: width ${width}`)
    ),
    'output'
  ]);
  const uib = nas.space.uib({ stages: [{ channels: 16, depth: 1 }] });
  const block = { 'stage0.depth': 1, 'stage0.blocks.0.expand': 4, 'stage0.blocks.0.dwStart': 0, 'stage0.blocks.0.dwMiddle': 3 }; // prettier-ignore
  expect(words(uib.architecture(block))).toEqual(['input', 'uib: channels 16, expand 4, kernels 0 and 3, stride 2', 'output']); // prettier-ignore
  const table = await nas.nasBenchGraph({ table: 'cora', rows: [[0, 1, 1, 1, 1]] });
  const cell = { links: '0112', 'operations.0': 'gcn', 'operations.1': 'gat', 'operations.2': 'fc', 'operations.3': 'skip' }; // prettier-ignore
  // The second and third read the first, the fourth the second: the third and the fourth lead to the output.
  expect(table.space.architecture(cell)!.edges).toEqual([[0, 1], [1, 2], [1, 3], [2, 4], [3, 5], [4, 5]]); // prettier-ignore
});

test('a space may say itself what is drawn', () => {
  const space = nas.space({ x: nas.integer(1, 2) }, { architecture: ({ x }) => ({ nodes: [{ label: `x${String(x)}` }], edges: [] }) }); // prettier-ignore
  expect(space.architecture({ x: 2 })).toEqual({ nodes: [{ label: 'x2' }], edges: [] });
});
