import { core, graph, tf, train } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { expectClose } from '../support/numeric';
import { homophilyGaps, pseudoLabels, shifted } from '../support/shiftedNodes';
import { spearman } from '../support/spearman';

const data = shifted(1);
const { g, own } = data;

describe('HEI', () => {
  test('[hei] homophily of a node by hand, and environments that go with the true one', () => {
    const small = graph.fromEdges({ numNodes: 4, edges: [[1, 0], [2, 0], [0, 0], [3, 1]], nodeFeatures: [[1, 0], [2, 0], [-1, 0], [-2, 0]] }); // prettier-ignore
    // 0 hears one alike and one opposite; 1 an opposite one. About a mean of -0.5, 0 is above it and 2 and 3 below.
    expectClose(graph.probes.localHomophily(small), [0, -1, 0, 0], 1e-9);
    expectClose(graph.probes.localHomophily(small, { values: Float32Array.of(1, -0.5, -1, -1.5), width: 1 }), [-0.5, 0, 0, 0], 1e-9); // prettier-ignore
    const found = graph.probes.environments(g, { count: 3, features: pseudoLabels(data) });
    expect(spearman([...found], own)).toBeGreaterThan(0.6);
    expect(Math.min(...found)).toBe(0);
    expect(() => graph.probes.environments(g, { count: 0 })).toThrow('graph.probes.environments: count must be an integer 1..600, got 0'); // prettier-ignore
    expect(() => graph.probes.localHomophily(graph.generators.ring({ nodes: 3 }))).toThrow('graph.probes.localHomophily: the graph must have features of nodes, got none'); // prettier-ignore
  });

  test('[hei] the loss is the mean of the risks and the penalty times their variance; environments nobody is of do not count', () => {
    const logits = tf.tensor2d([[1, 0], [0, 2], [0.5, 0], [3, 1]]); // prettier-ignore
    const four = graph.fromEdges({ numNodes: 4, edges: [], nodeFeatures: [[0], [0], [0], [0]] });
    const fixed = { apply: () => logits.clone() } as unknown as core.Module;
    const loss = (penalty: number, of: number[]): number => {
      const task = train.tasks.nodeClassification({ graph: four, labels: [0, 1, 1, 0], training: [0, 1, 2, 3], environments: { of, penalty } }); // prettier-ignore
      return tf.tidy(() => (task.loss(fixed, task.batch(1, 0), core.Context.create()) as tf.Scalar).dataSync()[0]);
    };
    const each = [1, 2, -0.5, 2].map((margin) => Math.log(1 + Math.exp(-margin)));
    const risks = [(each[0] + each[1] + each[2]) / 3, each[3]];
    const [mean, apart] = [(risks[0] + risks[1]) / 2, (risks[0] - risks[1]) / 2];
    expectClose([loss(0, [0, 0, 0, 2]), loss(5, [0, 0, 0, 2])], [mean, mean + 5 * apart ** 2], 1e-5);
    expect(() => loss(-1, [0, 0, 0, 0])).toThrow('train.tasks.nodeClassification: penalty of environments must be a number of at least 0, got -1'); // prettier-ignore
    expect(() => loss(1, [0, 0])).toThrow('train.tasks.nodeClassification: nodes of environments must be an integer 4..4, got 2'); // prettier-ignore
    logits.dispose();
  });

  test('[hei] trained on nodes of which most are heterophilic, homophilic ones lose less than without environments; by chance they do not', () => {
    const { plain, invariant, shuffled } = homophilyGaps(1);
    expect(invariant).toBeLessThan(plain - 0.1);
    expect(invariant).toBeLessThan(shuffled - 0.1);
  });
});
