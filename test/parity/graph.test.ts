import { core, graph, type tf } from '@switchyard/kernel-lib';
import { useCustomOps } from '@switchyard/kernel-lib/dist/base/backend/index.js';
import { afterEach, describe, expect, test } from 'vitest';
import { applyWith, type Case, expectParity, readFixture } from './fixture';

interface GraphCase extends Case {
  graph: { edges: [number, number][]; types: number[]; weights?: number[]; features?: number[][]; kinds?: number[] };
}

const cases = [...readFixture('graph').values()] as GraphCase[];
const random = core.Random.fromSeed(0);

afterEach(() => useCustomOps(true));

describe.each([
  ['custom', true],
  ['composed', false]
])('layers equal those of PyTorch Geometric, values and gradients, %s', (_, custom) => {
  test.each(cases.map((item) => [item.name, item] as const))('%s', (name, item) => {
    useCustomOps(custom);
    const { outputs = item.output.shape[1], ...options } = item.options as { outputs?: number };
    const { edges, types, weights, features, kinds } = item.graph;
    const layer = graph.layerSpecs
      .of({ kind: name.split(',')[0], options })
      .build({ inputWidth: item.inputs.x.shape[1], outputWidth: outputs, random });
    const g = graph.fromEdges({ numNodes: item.inputs.x.shape[0], edges, edgeTypes: types, nodeTypes: kinds, weights, edgeFeatures: features }); // prettier-ignore
    // Of the paths of the layer, those of what holds it.
    const network = new graph.OnGraph(g, layer);
    expectParity(item, ({ x, ...values }) => {
      const shape = (path: string): number[] => [...(network.parameters().get(path)?.shape ?? [])];
      // A vector of theirs that is one for all relations is given to each of ours.
      const own = Object.entries(values).map(([path, value]) => [`network.${path}`, value.broadcastTo(shape(`network.${path}`))] as const); // prettier-ignore
      const ctx = core.Context.create();
      const y = applyWith(network, { x, ...Object.fromEntries(own) } as Record<string, tf.Tensor>, ctx);
      ctx.dispose();
      return y;
    });
    layer.dispose();
  });
});

test('each kind of layer has a case', () => {
  const kinds = new Set(cases.map(({ name }) => name.split(',')[0]));
  // Those that it has not.
  const ours = [
    ...['adaptive-channels', 'chebyshev-filter', 'contextual', 'convergent', 'cooperative', 'drew', 'layer-mixture'],
    ...['adaptive-depth', 'directed-patterns', 'energy-layer', 'learned-monoid', 'matrix-function', 'multi-module'],
    ...['natural', 'neural-bellman-ford', 'sheaf', 'time-diffusion', 'total-variation']
  ];
  expect([...kinds, ...ours].sort()).toEqual([...graph.layerSpecs.names].sort());
});
