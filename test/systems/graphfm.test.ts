import { core, graph, models, tf, train } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';

const g = graph.generators.stochasticBlockModel({ sizes: [50, 50, 50], probabilities: [[0.12, 0.02, 0.02], [0.02, 0.12, 0.02], [0.02, 0.02, 0.12]], features: { width: 8, signal: 1.2 }, seed: 2 }); // prettier-ignore
const labels = g.nodeTypes!;
const split = graph.splits.links(g, { seed: 1 });
const messages = split.test.messages;
const training = Array.from({ length: g.numNodes }, (_, v) => v).filter((v) => v % 10 === 0);
const score = (embedding: graph.Features): graph.probes.FrozenTaskScores => graph.probes.frozenTasks(embedding, { labels, training, links: split.test }); // prettier-ignore

describe('GraphFM', () => {
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
