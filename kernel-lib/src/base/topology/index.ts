/** @file The shape of a graph in numbers: distances, curvature, resistance, spectrum, colours. On the host, in double precision. */
export { balancedForman, formanOf, formanParts, formanValue, setsOf } from './forman';
export type { EdgeCurvature, FormanParts } from './forman';
export { components, componentsOf, hopDistances, hopsFrom, membersOf } from './hops';
export { conductances, edgesOf, indexIn, neighbourhoods, undirectedNeighbourhoods } from './neighbourhoods';
export type { Neighbourhoods } from './neighbourhoods';
export { dirichletEnergy } from './energy';
export type { EnergyOptions } from './energy';
export { classInsensitiveHomophily, edgeHomophily, nodeHomophily } from './homophily';
export { layout } from './layout';
export { ollivier, ollivierOf } from './ollivier';
export type { Moved } from './ollivier';
export { commuteTime, effectiveResistance, pseudoinverse, totalResistance } from './resistance';
export { gapOf, laplacianSpectrum, spectralGap } from './spectrum';
export type { LaplacianSpectrum } from './spectrum';
export { wlAccuracyBound, wlColours, wlDistinguishes } from './wl';
export type { WlColours, WlOptions } from './wl';
export { amud } from './amud';
export type { AmudOptions, DirectionGuidance } from './amud';
