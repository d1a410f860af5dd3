import { core, graph, models, tf, train } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';

const g = graph.generators.stochasticBlockModel({ sizes: [50, 50, 50], probabilities: [[0.12, 0.02, 0.02], [0.02, 0.12, 0.02], [0.02, 0.02, 0.12]], features: { width: 8, signal: 1.2 }, seed: 2 }); // prettier-ignore
const labels = g.nodeTypes!;
const split = graph.splits.links(g, { seed: 1 });
const messages = split.test.messages;
const training = Array.from({ length: g.numNodes }, (_, v) => v).filter((v) => v % 10 === 0);
const score = (embedding: graph.Features): graph.probes.FrozenTaskScores => graph.probes.frozenTasks(embedding, { labels, training, links: split.test }); // prettier-ignore

describe('GraphFM', () => {
  test('[graphfm] three tasks on a representation by hand, and stops by each of them', () => {
    // Two groups on a line, one node on the wrong side.
    const values = Float32Array.of(-2, -1, -1.5, 2, 1, -1.2);
    const found = graph.probes.frozenTasks({ values, width: 1 }, { labels: [0, 0, 0, 1, 1, 1], training: [0, 3], links: { positives: [[0, 1], [3, 4]], negatives: [[0, 3], [1, 5]] } }); // prettier-ignore
    expect(found.node).toBe(3 / 4);
    // Products of likes are 1.8 and 2 about the mean, those of others below 0 and above.
    expect(found.link).toBe(1);
    expect(found.cluster).toBeCloseTo(graph.metrics.adjustedRand([0, 0, 0, 1, 1, 0], [0, 0, 0, 1, 1, 1]), 6);
    expect(graph.metrics.adjustedRand([0, 0, 1, 1], [1, 1, 0, 0])).toBe(1);
    // Pairs of one part: 1 of both, 2 and 2; chance 4 / 6.
    expect(graph.metrics.adjustedRand([0, 0, 1, 1], [0, 0, 1, 2])).toBeCloseTo((1 - 2 / 6) / (1.5 - 2 / 6), 6);
    expect(() => graph.metrics.adjustedRand([0], [0, 1])).toThrow('graph.metrics.adjustedRand: things of both must be an integer 1..1, got 2'); // prettier-ignore
    const stops = graph.probes.stopCriteria([{ node: 0.5, link: 0.9, cluster: 0.1 }, { node: 0.8, link: 0.7, cluster: 0.4 }, { node: 0.7, link: 0.8, cluster: 0.5 }]); // prettier-ignore
    expect(stops.map(({ task, checkpoint }) => [task, checkpoint])).toEqual([
      ['node', 1],
      ['link', 0],
      ['cluster', 2]
    ]);
    expect(stops[0].regret.link).toBeCloseTo(0.2, 9);
    expect(stops[0].regret.node).toBe(0);
    expect(() => graph.probes.stopCriteria([])).toThrow('graph.probes.stopCriteria: checkpoints must be an integer of at least 1, got 0'); // prettier-ignore
    expect(() => graph.probes.frozenTasks({ values, width: 1 }, { labels: [0], training: [0], links: { positives: [], negatives: [] } })).toThrow('graph.probes.frozenTasks: labels must be an integer 6..6, got 1'); // prettier-ignore
    expect(() => graph.embed.maskedFeatures(g, { dim: 2, rate: 0 })).toThrow(/graph.embed.maskedFeatures: rate must be a number/); // prettier-ignore
  });

  test('[graphfm] one frozen encoder on all three tasks, by contrast and by masks, above a random one; a stop by one task is scored on the others', () => {
    const random = score(graph.embed.contrastive(messages, { dim: 8, steps: 1, learningRate: 1e-9, seed: 3 }));
    const steps = [10, 40, 80];
    const checkpoints = { contrast: steps.map((count) => score(graph.embed.contrastive(messages, { dim: 8, steps: count, seed: 3 }))), mask: steps.map((count) => score(graph.embed.maskedFeatures(messages, { dim: 8, steps: count, seed: 3 }))) }; // prettier-ignore
    for (const all of Object.values(checkpoints)) {
      const stops = graph.probes.stopCriteria(all);
      expect(stops.map(({ task }) => task)).toEqual(['node', 'link', 'cluster']);
      stops.forEach(({ task, regret }) => expect(regret[task]).toBe(0));
    }
    // By masks all three are above those of a random encoder; by contrast there is little to see.
    const best = checkpoints.mask[2];
    (['node', 'link', 'cluster'] as const).forEach((task) => expect(best[task]).toBeGreaterThan(random[task] + 0.05));
  });

  test('[graphfm] a step on a sampled subgraph takes less memory than one on the whole graph, as it is measured', async () => {
    const nodes = 3000;
    const big = graph.fromEdges({ numNodes: nodes, edges: graph.generators.ring({ nodes }).directedOptions.edges, nodeFeatures: { values: new Float32Array(nodes * 16).fill(1), width: 16 } }); // prettier-ignore
    const few = graph.subgraph(
      big,
      Array.from({ length: 300 }, (_, v) => v)
    );
    const peak = async (of: graph.Graph): Promise<number> => {
      const model = models.graphNetwork({ inputWidth: 16, hidden: 32, outputWidth: 4, layers: 2, layer: graph.gcn(), seed: 1 }); // prettier-ignore
      const task = train.tasks.nodeClassification({ graph: of, labels: new Int32Array(of.numNodes), training: [0, 1] });
      const run = (): tf.Scalar => {
        const { value, grads } = tf.variableGrads(() => task.loss(model, task.batch(1, 0), core.Context.create()) as tf.Scalar); // prettier-ignore
        tf.dispose(grads);
        return value;
      };
      run().dispose();
      const before = tf.memory().numBytes;
      const { peakBytes, result } = await tf.profile(run);
      tf.dispose(result as tf.Tensor);
      model.dispose();
      return peakBytes - before;
    };
    expect(await peak(few)).toBeLessThan((await peak(big)) / 5);
  });
});
