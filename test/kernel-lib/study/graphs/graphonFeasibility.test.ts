import { graph } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';
import { expectClose } from '../../../support/numeric';

test('a histogram of nodes in the order of their degrees, and a mixture by hand', () => {
  // A star of three leaves and two nodes apart: cells of three, hub and two leaves, a leaf and the others.
  const star = graph.fromEdges({ numNodes: 6, edges: [[5, 1], [5, 2], [5, 4]], undirected: true }); // prettier-ignore
  expect(graph.probes.graphon([star], { cells: 2 })).toEqual([[2 / 3, 1 / 9], [1 / 9, 0]]); // prettier-ignore
  expect(graph.probes.graphon([star, graph.fromEdges({ numNodes: 6, edges: [] })], { cells: 2 })[0][0]).toBe(1 / 3);
  const bases = [[[0.2]], [[0.8]]];
  const found = graph.probes.feasibility([[0.35]], { bases });
  expectClose(found.weights, [0.75, 0.25], 1e-3);
  expect(found.feasibility).toBeCloseTo(1, 5);
  const far = graph.probes.feasibility([[0.9]], { bases });
  expectClose(far.weights, [0, 1], 1e-3);
  const nats = 0.9 * Math.log(0.9 / 0.8) + 0.1 * Math.log(0.1 / 0.2);
  expectClose([far.divergence, far.feasibility], [nats, Math.exp(-nats)], 1e-3);
  expect(() => graph.probes.graphon([star], { cells: 4 })).toThrow('graph.probes.graphon: nodes must be an integer of at least 8, got 6'); // prettier-ignore
  expect(() => graph.probes.feasibility([[0.9]], { bases: [] })).toThrow('graph.probes.feasibility: bases must be an integer of at least 1, got 0'); // prettier-ignore
  expect(() => graph.probes.feasibility([[0.9]], { bases: [[[0.1, 0.2], [0.3, 0.1]]] })).toThrow('graph.probes.feasibility: probabilities must be symmetric'); // prettier-ignore
  expect(() => graph.generators.graphon({ probabilities: [[2]], nodes: 3 })).toThrow('graph.generators.graphon: probabilities must be a number 0..1, got 2'); // prettier-ignore
});
