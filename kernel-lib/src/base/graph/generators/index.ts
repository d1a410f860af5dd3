/** @file Graphs with a planted truth, seeded: `graph.generators`. */
export { barbell, complete, cycles, grid, path, ring, ringOfCliques, star, tree } from './shapes';
export type { BarbellOptions, GridOptions } from './shapes';
export { cayley, circularSkipLink, rook, shrikhande } from './regular';
export { poisson } from './poisson';
export type { PoissonOptions } from './poisson';
export { erdosRenyi, stochasticBlockModel } from './random';
export type { BlockModelOptions, ErdosRenyiOptions } from './random';
export { epidemic } from './epidemic';
export type { Epidemic, EpidemicModel, EpidemicOptions } from './epidemic';
export { imbalanced } from './imbalanced';
export type { ImbalancedOptions } from './imbalanced';
export { ringTransfer, treeNeighbours } from './longRange';
export type { LongRangeTask, RingTransferOptions, TreeNeighboursOptions } from './longRange';
export { family, FAMILY_RELATIONS } from './family';
export type { FamilyGraph, FamilyOptions } from './family';
export { graphon } from './graphon';
export type { GraphonOptions } from './graphon';
