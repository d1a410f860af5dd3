import type { SystemEntry } from './entry';

/** Systems of how graph networks are compared and trained: benchmarks, data with a planted truth, local and pipelined training. */
export const graphStudySystems: readonly SystemEntry[] = [
  {
    id: 'lrgb',
    title: 'Long Range Graph Benchmark',
    function: 'graph.generators.ringTransfer',
    test: 'test/systems/lrgb.test.ts',
    note:
      'With graph.generators.treeNeighbours. Generators in place of the five data sets: sensitivity to those who know is exactly 0 where layers are fewer than the distance; trained so, convolutions guess (below 0.35 of five answers) and one ' +
      'layer of attention over all nodes is right above 0.95. Not covered: the molecules and images, contacts.'
  }
];
