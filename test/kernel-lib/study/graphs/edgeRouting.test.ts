import { core, graph, layers, models, tf } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';
import { spread } from '../../../support/gradients';
import { setValue } from '../../../support/networks';
import { expectClose, expectNoLeak } from '../../../support/numeric';

const random = core.Random.fromSeed(4);

test('attention of each edge, as its layer computes it: by hand of scores that are what the source holds', () => {
  const g = graph.fromEdges({ numNodes: 4, edges: [[1, 0], [2, 0], [3, 0], [0, 3]] }); // prettier-ignore
  const layer = graph.gat({ loops: false, bias: false }).build({ inputWidth: 1, outputWidth: 1, random });
  setValue(layer, 'map.weight', () => tf.ones([1, 1]));
  setValue(layer, 'attendSource', (value) => tf.onesLike(value));
  setValue(layer, 'attendTarget', (value) => tf.zerosLike(value));
  const x = tf.tensor2d([[7], [1], [2], [3]]); // prettier-ignore
  const [{ path, router, shares }] = graph.probes.edgeRouting(new graph.OnGraph(g, layer), x);
  const all = [1, 2, 3].map(Math.exp);
  const sum = all.reduce((a, b) => a + b);
  expect([path, router]).toEqual(['network', 'gat']);
  expectClose(
    shares,
    Array.from(g.sources, (u, e) => (g.targets[e] === 0 ? all[u - 1] / sum : 1)),
    1e-6
  );
  [x, layer].forEach((each) => each.dispose());
});

test('loops that a layer adds are left out: what is left of a node is less than 1 by its own share', () => {
  const g = graph.generators.ring({ nodes: 5 });
  const network = models.graphNetwork({ inputWidth: 2, hidden: 4, outputWidth: 2, layers: 2, layer: graph.gat({ heads: 2 }) }); // prettier-ignore
  const x = spread([5, 2]) as tf.Tensor2D;
  const found = graph.probes.edgeRouting(new graph.OnGraph(g, network), x);
  expect(found.map(({ path }) => path)).toEqual(['network.0', 'network.1']);
  found.forEach(({ shares }) => {
    expect(shares).toHaveLength(10);
    for (let node = 0; node < 5; node++) {
      const own = shares.filter((_, e) => g.targets[e] === node).reduce((a, b) => a + b);
      expect(own > 0 && own < 1).toBe(true);
    }
  });
  expectNoLeak(() => void graph.probes.edgeRouting(new graph.OnGraph(g, network), x));
  [x, network].forEach((each) => each.dispose());
});

test('edges that nodes choose to shut are 0 and the others 1; layers without attention tell nothing', () => {
  const g = graph.generators.ring({ nodes: 6 });
  const layer = graph.cooperative({ environment: graph.sage() }).build({ inputWidth: 2, outputWidth: 2, random });
  const x = spread([6, 2]) as tf.Tensor2D;
  const network = new graph.OnGraph(g, layer);
  const removed: number[] = [];
  const ctx = core.Context.create({ observers: [core.observer('edges', (record) => removed.push(...record.removed))] });
  network.apply(x, ctx).dispose();
  ctx.dispose();
  expect(removed.length).toBeGreaterThan(0);
  const [{ shares }] = graph.probes.edgeRouting(network, x);
  const shut = Array.from(g.sources.keys()).filter((e) => shares[e] === 0);
  expect(shut.map((e) => `${g.sources[e]} ${g.targets[e]}`).sort()).toEqual(removed.flatMap((u, i) => (i % 2 === 0 ? [`${u} ${removed[i + 1]}`] : [])).sort()); // prettier-ignore
  expect(shares.filter((share) => share !== 0).every((share) => share === 1)).toBe(true);
  // Of as many channels as nodes, and of experts with numbers for names, a mixture is no attention.
  class Numbered extends core.Module {
    readonly kind = 'numbered';
    override apply(y: tf.Tensor, ctx: core.Context): tf.Tensor {
      const nothing = { indices: new Int32Array(3), weights: new Float32Array(3), dropped: null, importance: new Float32Array(2), entropy: 0 }; // prettier-ignore
      ctx.publish({ kind: 'routing', path: ctx.path, router: 'numbered', numExperts: 2, k: 1, numTokens: 3, experts: ['0', '1'], ...nothing }); // prettier-ignore
      return y.clone();
    }
  }
  const three = spread([3, 2]) as tf.Tensor2D;
  const channels = graph.adaptiveChannels().build({ inputWidth: 2, outputWidth: 2, random });
  for (const mixture of [channels, new Numbered()]) {
    expect(graph.probes.edgeRouting(new graph.OnGraph(graph.generators.path({ nodes: 3 }), mixture), three)).toEqual([]); // prettier-ignore
  }
  expect(() => graph.probes.edgeRouting(new layers.Sequential([]) as never, x)).toThrow('graph.probes.edgeRouting: the network must be on a graph (graph.OnGraph)'); // prettier-ignore
  [x, three, network, channels].forEach((each) => each.dispose());
});
