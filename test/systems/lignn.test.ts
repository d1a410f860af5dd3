import { core, graph, models, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { minimise } from '../support/regression';

const HALF = 100;
const LABELS = Array.from({ length: 2 * HALF }, (_, node) => Number(node >= HALF));
const VALIDATED = LABELS.map((_, node) => node).filter((node) => node % 5 === 0);
const TESTED = LABELS.map((_, node) => node).filter((node) => node % 5 === 1 || node % 5 === 2);
const TRAINED = LABELS.map((_, node) => node).filter((node) => node % 5 > 2);

const blocks = (seed: number): graph.Graph =>
  graph.generators.stochasticBlockModel({ sizes: [HALF, HALF], probabilities: [[0.16, 0.06], [0.06, 0.16]], features: { width: 4, signal: 0.7 }, seed }); // prettier-ignore

/** Share of pairs of the two classes whose scores are in order; ties count a half. */
function auc(scores: ArrayLike<number>, nodes: readonly number[]): number {
  const [no, yes] = [0, 1].map((label) => nodes.filter((node) => LABELS[node] === label).map((node) => scores[node]));
  const won = yes.flatMap((a) => no.map((b) => (a > b ? 1 : a === b ? 0.5 : 0)));
  return won.reduce<number>((sum, each) => sum + each, 0) / won.length;
}

interface Epochs {
  /** Graph of each epoch of training, of what the epoch before scored on the nodes of validation. */
  graphOf: (epoch: number, validated: number) => graph.Graph;
  epochs: number;
}

/** Scores of all nodes on the whole graph after training, and how many edges were passed over. */
function trained(g: graph.Graph, { graphOf, epochs }: Epochs): { scores: Float32Array; edges: number } {
  const { values, width } = g.nodeFeatures!;
  const model = models.graphNetwork({ inputWidth: width, hidden: 8, outputWidth: 1, layers: 2, layer: graph.sage(), seed: 1 }); // prettier-ignore
  const x = tf.tensor2d(values, [g.numNodes, width]);
  const pass = (on: graph.Graph, ctx: core.Context): tf.Tensor => new graph.OnGraph(on, model).apply(x, ctx).reshape([-1]); // prettier-ignore
  const labels = tf.tensor1d(LABELS);
  const mask = tf.tensor1d(LABELS.map((_, node) => Number(TRAINED.includes(node))));
  let [edges, validated] = [0, 0];
  minimise(
    model,
    (ctx, step) => {
      const on = graphOf(step, validated);
      edges += on.numEdges;
      const scores = pass(on, ctx);
      validated = auc(scores.dataSync(), VALIDATED);
      return scores.softplus().sub(scores.mul(labels)).mul(mask).mean();
    },
    { steps: epochs, learningRate: 0.03 }
  );
  const scores = tf.tidy(() => pass(g, core.Context.create()).dataSync<'float32'>());
  tf.dispose([x, labels, mask]);
  model.dispose();
  return { scores, edges };
}

describe('LiGNN', () => {
  test('[lignn] of each node as many neighbours are drawn, and their weighted sum is right in expectation', () => {
    const g = graph.fromEdges({ numNodes: 6, edges: [[0, 5], [1, 5], [2, 5], [3, 5], [4, 5], [0, 1], [2, 1]], weights: [1, 2, 3, 4, 5, 6, 7], edgeTypes: [0, 1, 2, 3, 4, 5, 6] }); // prettier-ignore
    const x = [1, -2, 4, 0.5, 3, 0];
    const [draws, sums, counts] = [2000, new Float64Array(6), new Float64Array(7)];
    for (let seed = 0; seed < draws; seed++) {
      const some = graph.samplers.neighbours(g, { fanOut: 2, seed });
      expect([...some.targets]).toEqual([1, 1, 5, 5]);
      some.sources.forEach((source, e) => (sums[some.targets[e]] += (some.weightOf(e) * x[source]) / draws));
      some.edgeTypes!.forEach((type) => counts[type]++);
    }
    // Each of five edges in two of five draws; a standard deviation is 22 of 800.
    counts.subarray(0, 5).forEach((count) => expect(Math.abs(count / draws - 0.4)).toBeLessThan(0.04));
    expect(sums[1]).toBeCloseTo(6 * 1 + 7 * 4, 5);
    // 1 - 4 + 12 + 2 + 15 in all. Sums of two differ by some 15, over the root of 2,000 draws.
    expect(Math.abs(sums[5] - 26)).toBeLessThan(1.2);
    expect(() => graph.samplers.neighbours(g, { fanOut: 0 })).toThrow('graph.samplers.neighbours: fanOut must be an integer of at least 1, got 0'); // prettier-ignore
  });

  test('[lignn] neighbours become more where the metric has ceased to gain, and no more than the most', () => {
    const schedule = graph.samplers.adaptiveFanOut({ start: 2, most: 7, patience: 2, gain: 0.01 });
    expect([0.5, 0.6, 0.605, 0.6, 0.7, 0.7, 0.7, 0.7, 0.7, 0.7].map((metric) => schedule.tell(metric))).toEqual([2, 2, 2, 4, 4, 4, 7, 7, 7, 7]); // prettier-ignore
    expect(schedule.fanOut).toBe(7);
    expect(() => schedule.tell(NaN)).toThrow('graph.samplers.adaptiveFanOut: metric must be a number, got NaN');
    expect(() => graph.samplers.adaptiveFanOut({ start: 3, most: 2 })).toThrow('graph.samplers.adaptiveFanOut: most must be an integer of at least 3, got 2'); // prettier-ignore
  });

  test('[lignn] an adaptive number of neighbours ranks as well as a fixed one, over three quarters of the edges at most', () => {
    const g = blocks(1);
    const epochs = 50;
    const fixed = trained(g, { epochs, graphOf: (seed) => graph.samplers.neighbours(g, { fanOut: 8, seed }) });
    const schedule = graph.samplers.adaptiveFanOut({ start: 1, most: 8, patience: 4 });
    const adaptive = trained(g, {
      epochs,
      graphOf: (seed, validated) => graph.samplers.neighbours(g, { fanOut: schedule.tell(validated), seed })
    });
    expect(schedule.fanOut).toBe(8);
    expect(adaptive.edges).toBeLessThan(0.75 * fixed.edges);
    expect(auc(adaptive.scores, TESTED)).toBeGreaterThan(auc(fixed.scores, TESTED) - 0.01);
  });

  test('[lignn] new nodes are joined to those most like them that are not new; these rank better after it, and others as before', () => {
    const dense = blocks(2);
    // Every second node that is tested is new: it keeps one edge at most.
    const isNew = (node: number): boolean => node % 5 === 1;
    const left = new Set<number>();
    const pairs = Array.from(dense.sources, (source, e) => [source, dense.targets[e]] as const).filter(([a, b]) => a < b); // prettier-ignore
    const edges = pairs.filter((pair) => {
      const cold = pair.filter(isNew);
      const kept = cold.every((node) => !left.has(node)) && cold.length < 2 && (cold.length === 0 || pair[0] % 2 === 0);
      cold.forEach((node) => kept && left.add(node));
      return kept;
    });
    const g = graph.fromEdges({ numNodes: 2 * HALF, edges, undirected: true, nodeFeatures: dense.nodeFeatures });
    const representation = (signal: number): graph.Features => graph.generators.stochasticBlockModel({ sizes: [HALF, HALF], probabilities: [[0, 0], [0, 0]], features: { width: 8, signal }, seed: 7 }).nodeFeatures!; // prettier-ignore
    const densified = (signal: number) => graph.rewire.densify(g, { representation: representation(signal), below: 3, k: 8 }); // prettier-ignore
    const { graph: more, report } = densified(2);
    const degree = graph.degrees(g);
    expect(report.added.every(({ source, target }) => degree[source] < 3 !== degree[target] < 3)).toBe(true);
    const of = (on: graph.Graph): Float32Array => trained(on, { epochs: 40, graphOf: () => on }).scores;
    const [before, after] = [of(g), of(more)];
    const [cold, warm] = [true, false].map((is) => TESTED.filter((node) => isNew(node) === is));
    expect(auc(after, cold)).toBeGreaterThan(auc(before, cold) + 0.1);
    expect(Math.abs(auc(after, warm) - auc(before, warm))).toBeLessThan(0.05);
    // As many edges to nodes by chance do not serve.
    const wrong = of(densified(0).graph);
    expect(auc(after, cold)).toBeGreaterThan(auc(wrong, cold) + 0.1);
  });

  test('[lignn] by hand: a node of exactly as many neighbours as are asked for is not new, and is joined to', () => {
    // 0, 1 and 2 are a triangle, of two neighbours each; 3 hangs on 0, which then has three.
    const g = graph.fromEdges({ numNodes: 4, edges: [[0, 1], [1, 2], [2, 0], [0, 3]], undirected: true }); // prettier-ignore
    const representation = { values: Float32Array.of(1, 0, -1, 0, 0.9, 0.1, 1, 0), width: 2 };
    const added = (below: number): number[][] => graph.rewire.densify(g, { representation, below, k: 1 }).report.added.map(({ source, target }) => [source, target].sort()); // prettier-ignore
    expect(added(2)).toEqual([[2, 3]]);
    // Of fewer than three neighbours are all but 0, which they know already.
    expect(added(3)).toEqual([]);
  });
});
