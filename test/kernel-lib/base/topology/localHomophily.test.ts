import { graph } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';
import { expectClose } from '../../../support/numeric';

test('homophily of nodes by their features, about the mean: loops and nodes that hear nobody count 0; environments by it', () => {
  const g = graph.fromEdges({ numNodes: 4, edges: [[1, 0], [2, 0], [0, 0], [3, 1]], nodeFeatures: [[1, 0], [2, 0], [-1, 0], [-2, 0]] }); // prettier-ignore
  expectClose(graph.probes.localHomophily(g), [0, -1, 0, 0], 1e-9);
  expectClose(graph.probes.localHomophily(g, { values: Float32Array.of(6, 5, 1, 0), width: 1 }), [0, -1, 0, 0], 1e-9);
  expect([...graph.probes.environments(g)]).toEqual([1, 0, 1, 1]);
  expect(() => graph.probes.localHomophily(g, { values: new Float32Array(3), width: 1 })).toThrow('graph.probes.localHomophily: values of features must be an integer 4..4, got 3'); // prettier-ignore
});
