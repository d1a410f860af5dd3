/** @file Probes of a graph's shape and of what a network lets through: `graph.probes`. */
export {
  amud,
  balancedForman,
  classInsensitiveHomophily,
  commuteTime,
  components,
  cutShare,
  dirichletEnergy,
  edgeHomophily,
  effectiveResistance,
  hopDistances,
  laplacianSpectrum,
  layout,
  localHomophily,
  nodeHomophily,
  ollivier,
  spectralGap,
  totalResistance,
  wlAccuracyBound,
  wlColours,
  wlDistinguishes
} from '../base/topology';
export type {
  AmudOptions,
  DirectionGuidance,
  EdgeCurvature,
  EnergyOptions,
  LaplacianSpectrum,
  WlColours,
  WlOptions
} from '../base/topology';
export * from '../study/graphs';
