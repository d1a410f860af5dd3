/** @file Parts of a graph that are drawn anew each epoch: `graph.samplers`. */
export { adaptiveFanOut } from './adaptiveFanOut';
export type { AdaptiveFanOut, AdaptiveFanOutOptions } from './adaptiveFanOut';
export { balancedNeighbours } from './balancedNeighbours';
export type { BalancedNeighboursOptions } from './balancedNeighbours';
export { neighbours } from './neighbours';
export type { NeighboursOptions } from './neighbours';
export { saint } from './saint';
export type { SaintOptions, SaintSampler, SaintSubgraph } from './saint';
