import { core, graph, models, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { minimise } from '../support/regression';

const DISTANCE = 6;
const featuresOf = ({ nodeFeatures, numNodes }: graph.Graph): tf.Tensor2D =>
  tf.tensor2d(nodeFeatures!.values, [numNodes, nodeFeatures!.width]);

/** Several tasks as one graph, with the rows of those that are asked. */
function together(tasks: readonly graph.generators.LongRangeTask[], attention: boolean) {
  const graphs = tasks.map((task) => {
    const { numNodes, nodeFeatures } = task.graph;
    return attention ? graph.fromEdges({ ...graph.generators.complete({ nodes: numNodes }).directedOptions, nodeFeatures }) : task.graph; // prettier-ignore
  });
  const starts = graphs.map((_, i) => graphs.slice(0, i).reduce((sum, { numNodes }) => sum + numNodes, 0));
  return { g: graph.batch(graphs), targets: tasks.map(({ target }, i) => starts[i] + target), labels: tasks.map(({ label }) => label) }; // prettier-ignore
}

/** Share of right answers on other rings after training. */
function right(kind: 'convolutions' | 'attention', layers: number): number {
  const draw = (from: number, count: number) => together(Array.from({ length: count }, (_, i) => graph.generators.ringTransfer({ distance: DISTANCE, seed: from + i })), kind === 'attention'); // prettier-ignore
  const [seen, unseen] = [draw(0, 30), draw(1000, 60)];
  const layer = kind === 'attention' ? graph.graphTransformer() : graph.gcn();
  const model = models.graphNetwork({ inputWidth: 7, hidden: 16, outputWidth: 5, layers, layer, seed: 1 });
  const x = [seen, unseen].map(({ g }) => featuresOf(g));
  const logits = (of: typeof seen, i: number, ctx: core.Context): tf.Tensor =>
    tf.gather(new graph.OnGraph(of.g, model).apply(x[i], ctx), tf.tensor1d(of.targets, 'int32'));
  const classes = (of: typeof seen): tf.Tensor => tf.oneHot(tf.tensor1d(of.labels, 'int32'), 5);
  minimise(model, (ctx) => logits(seen, 0, ctx).logSoftmax().mul(classes(seen)).sum(1).mean().neg(), { steps: 40, learningRate: 0.03 }); // prettier-ignore
  const found = tf.tidy(() => logits(unseen, 1, core.Context.create()).argMax(1).dataSync());
  tf.dispose(x);
  model.dispose();
  return [...found].filter((each, i) => each === unseen.labels[i]).length / 60;
}

describe('Long Range Graph Benchmark', () => {
  test('[lrgb] rings and trees: who knows is as far as is said, and nothing nearer tells the answer', () => {
    const tasks = (make: (seed: number) => graph.generators.LongRangeTask): graph.generators.LongRangeTask[] => Array.from({ length: 60 }, (_, seed) => make(seed)); // prettier-ignore
    const both = [tasks((seed) => graph.generators.ringTransfer({ distance: DISTANCE, seed })), tasks((seed) => graph.generators.treeNeighbours({ depth: 3, seed }))]; // prettier-ignore
    both.forEach((all) => {
      const hops = graph.probes.hopDistances(all[0].graph, all[0].target);
      expect(all[0].sources).toEqual([...hops.keys()].filter((node) => hops[node] === all[0].distance));
      const nearer = ({ graph: g, target }: graph.generators.LongRangeTask): string =>
        JSON.stringify([...hops.keys()].filter((node) => hops[node] < all[0].distance && node !== target).map((node) => [...g.nodeFeatures!.values.subarray(node * g.nodeFeatures!.width, (node + 1) * g.nodeFeatures!.width)])); // prettier-ignore
      expect(new Set(all.map(nearer)).size).toBe(1);
      // Each answer comes up.
      expect(new Set(all.map(({ label }) => label)).size).toBe(all === both[0] ? 5 : 8);
    });
    // The answer is the value of the leaf that has the root's key.
    both[1].forEach(({ graph: g, sources, label }) => {
      const row = (node: number): number[] => [...g.nodeFeatures!.values.subarray(node * 17, (node + 1) * 17)];
      const asked = row(0).indexOf(1);
      const leaf = sources.find((node) => row(node)[asked] === 1)!;
      expect(row(leaf).indexOf(1, 8) - 8).toBe(label);
    });
    expect(() => graph.generators.ringTransfer({ distance: 1 })).toThrow('graph.generators.ringTransfer: distance must be an integer of at least 2, got 1'); // prettier-ignore
    expect(() => graph.generators.treeNeighbours({ depth: 0 })).toThrow('graph.generators.treeNeighbours: depth must be an integer 1..10, got 0'); // prettier-ignore
  });

  test.each(['ring', 'tree'])(
    '[lrgb] of a %s L convolutions hear nothing of those that know where they are further, and something from there on',
    (kind) => {
      const task = kind === 'ring' ? graph.generators.ringTransfer({ distance: 4 }) : graph.generators.treeNeighbours({ depth: 3 }); // prettier-ignore
      const x = featuresOf(task.graph);
      const heard = (layers: number): number => {
        const model = models.graphNetwork({ inputWidth: x.shape[1], hidden: 8, outputWidth: 2, layers, layer: graph.gcn(), activation: 'gelu', seed: 2 }); // prettier-ignore
        const on = new graph.OnGraph(task.graph, model);
        const [norms] = graph.probes.sensitivity(on, x, { targets: [task.target] });
        on.dispose();
        return Math.max(...task.sources.map((node) => norms[node]));
      };
      expect(heard(task.distance - 1)).toBe(0);
      expect(heard(task.distance)).toBeGreaterThan(0);
      x.dispose();
    }
  );

  test('[lrgb] trained, convolutions that hear less far guess, and attention of all nodes is right', () => {
    const [near, all] = [right('convolutions', DISTANCE - 1), right('attention', 1)];
    expect(near).toBeLessThan(0.35);
    expect(all).toBeGreaterThan(0.95);
  });
});
