/** @file Parts of a graph that are drawn anew each epoch: `graph.samplers`. */
export { balancedNeighbours } from './balancedNeighbours';
export type { BalancedNeighboursOptions } from './balancedNeighbours';
export { saint } from './saint';
export type { SaintOptions, SaintSampler, SaintSubgraph } from './saint';
