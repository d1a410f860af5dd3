import { graph, sim } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';

test('a plan of typed products, counted by hand: node 0 sends twice by relation 0 and once by 1', () => {
  const g = graph.fromEdges({ numNodes: 4, edges: [[0, 1], [0, 2], [0, 3], [1, 3]], edgeTypes: [0, 0, 1, 1] }); // prettier-ignore
  const plan = (of: Partial<sim.RelationalPlanOptions>) => sim.relationalPlan(g, { relations: 2, inputWidth: 3, outputWidth: 2, ...of }); // prettier-ignore
  // Sources (0, 0), (0, 1) and (1, 1); targets (1, 0), (2, 0) and (3, 1).
  expect(plan({ fuse: false })).toEqual({
    rows: { source: 3, target: 3 },
    flops: 6 * (12 + 4),
    bytes: 4 * 6 * (3 + 7)
  });
  expect(plan({})).toEqual({ rows: { source: 3, target: 3 }, flops: 6 * (3 * 3 + 3) + 4 * 2 * 3 * 2, bytes: 4 * (18 + 6 + 6 + 2 * 3 * 9) }); // prettier-ignore
  expect(plan({ layout: 'edges' }).rows).toEqual({ source: 4, target: 4 });
  expect(() => sim.relationalPlan(graph.generators.ring({ nodes: 3 }), { relations: 1, inputWidth: 1, outputWidth: 1 })).toThrow('sim.relationalPlan: edges must have types (edgeTypes), got none'); // prettier-ignore
});
