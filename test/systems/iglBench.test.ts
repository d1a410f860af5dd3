import { core, graph, tf, train } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { imbalancedAccuracy } from '../support/imbalancedAccuracy';

describe('IGL-Bench', () => {
  test('[igl-bench] classes are as many times as large as is asked for, and nodes of the first halves have as many times as many edges', () => {
    [[1, 1], [4, 3], [10, 2]].forEach(([classRatio, topologyRatio]) => {
      const g = graph.generators.imbalanced({ nodes: 800, classes: 4, classRatio, topologyRatio, degree: 24, seed: 3 });
      const sizes = [0, 1, 2, 3].map((type) => g.nodeTypes!.filter((each) => each === type).length);
      expect(sizes.reduce((a, b) => a + b)).toBe(800);
      expect(Math.abs(sizes[0] / sizes[3] / classRatio - 1)).toBeLessThan(0.05);
      // Those between fall by one factor.
      expect(Math.abs(sizes[1] / sizes[2] / classRatio ** (1 / 3) - 1)).toBeLessThan(0.05);
      const degrees = graph.degrees(g);
      const starts = sizes.map((_, type) => sizes.slice(0, type).reduce((a, b) => a + b, 0));
      const mean = (first: boolean): number => {
        const nodes = [...degrees.keys()].filter((node) => node - starts[g.nodeTypes![node]] < sizes[g.nodeTypes![node]] / 2 === first); // prettier-ignore
        return nodes.reduce((sum, node) => sum + degrees[node], 0) / nodes.length;
      };
      expect(Math.abs(mean(true) / mean(false) / topologyRatio - 1)).toBeLessThan(0.05);
      expect(Math.abs(g.numEdges / 800 / 24 - 1)).toBeLessThan(0.05);
    }); // prettier-ignore
    const alike = graph.generators.imbalanced({ nodes: 600, degree: 20, homophily: 0.7, seed: 1 });
    expect(Math.abs(graph.probes.edgeHomophily(alike, alike.nodeTypes!) / 0.7 - 1)).toBeLessThan(0.05);
    expect(() => graph.generators.imbalanced({ nodes: 30, classRatio: 100 })).toThrow('graph.generators.imbalanced: each class must have two nodes at least, got'); // prettier-ignore
    expect(() => graph.generators.imbalanced({ nodes: 30, degree: 29, topologyRatio: 9 })).toThrow('a pair must need a probability of at most 1'); // prettier-ignore
  });

  test('[igl-bench] balanced accuracy and a balanced loss by hand', () => {
    expect(graph.metrics.balancedAccuracy([0, 0, 0, 1], [0, 0, 1, 1])).toBe(0.75);
    expect(graph.metrics.balancedAccuracy([0, 0, 0, 0], [0, 0, 0, 2])).toBe(0.5);
    expect(() => graph.metrics.balancedAccuracy([1], [])).toThrow('graph.metrics.balancedAccuracy: there must be as many predictions as labels (0), one at least, got 1'); // prettier-ignore
    const g = graph.fromEdges({ numNodes: 3, edges: [], nodeFeatures: [[1, 0], [0, 2], [0.5, 0.5]] }); // prettier-ignore
    const identity = graph.messagePassing({ update: (nodes) => nodes });
    const loss = (weighting: 'none' | 'balanced'): number => {
      const task = train.tasks.nodeClassification({ graph: g, labels: [0, 0, 1], training: [0, 1, 2], weighting });
      return tf.tidy(() => (task.loss(identity, task.batch(1, 0), core.Context.create()) as tf.Scalar).dataSync()[0]);
    };
    const each = [Math.log(1 + Math.exp(-1)), Math.log(1 + Math.exp(2)), Math.LN2];
    expect(loss('none')).toBeCloseTo((each[0] + each[1] + each[2]) / 3, 5);
    expect(loss('balanced')).toBeCloseTo(((each[0] + each[1]) / 2 + each[2]) / 2, 5);
    expect(() => train.tasks.nodeClassification({ graph: g, labels: [0, 0, 1], training: [0], weighting: 'half' as never })).toThrow('train.tasks.nodeClassification: weighting must be one of none, balanced, got half'); // prettier-ignore
  });

  test('[igl-bench] convolutions tell the small classes less the more out of balance they are, and weights by class give part of it back', () => {
    const mean = (ratio: number, weighting: 'none' | 'balanced'): number => imbalancedAccuracy(ratio, weighting, 1);
    const plain = [1, 5, 30].map((ratio) => mean(ratio, 'none'));
    const weighted = mean(30, 'balanced');
    expect(plain[0]).toBeGreaterThan(plain[1] + 0.03);
    expect(plain[1]).toBeGreaterThan(plain[2] + 0.03);
    expect(weighted).toBeGreaterThan(plain[2] + 0.05);
    expect(weighted).toBeLessThan(plain[0]);
  });
});
