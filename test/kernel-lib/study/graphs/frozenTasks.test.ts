import { graph } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';

test('three tasks on a representation by hand, and stops by each of them', () => {
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
  expect(() => graph.embed.maskedFeatures(graph.generators.ring({ nodes: 3 }), { dim: 2, rate: 0 })).toThrow(/graph.embed.maskedFeatures: rate must be a number/); // prettier-ignore
});
