export {
  balancedWeights,
  batch,
  coalesce,
  commonNeighbours,
  composed,
  contracted,
  degrees,
  egoNetworks,
  eitherNeighbours,
  featureNodes,
  fromEdges,
  Graph,
  inducedCycles,
  labelled,
  lineDigraph,
  literalClauses,
  lowerTriangle,
  neighbourhoodTokens,
  nodePairs,
  parsed,
  ports,
  propagationGraph,
  radiusGraph,
  reversed,
  satisfiedClauses,
  satisfy,
  shells,
  subgraph,
  symmetricWeights,
  trustedWeights,
  withLoops,
  withReverse,
  withoutLoops,
  withoutPairs
} from '../base/graph';
export type {
  Adjacency,
  CompressedRows,
  DegreeOptions,
  Direction,
  EdgeEnd,
  EdgeList,
  EdgeMerge,
  EgoNetworkOptions,
  EgoNetworks,
  EitherNeighbours,
  FeatureNodesOptions,
  FeatureRows,
  Features,
  Formula,
  GraphOptions,
  Labelled,
  LabelledOptions,
  LiteralClauses,
  NeighbourhoodTokensOptions,
  NodePair,
  NodePairs,
  Parsed,
  PortsOptions,
  PropagationGraphOptions,
  RadiusGraphOptions,
  TrustedWeightsOptions
} from '../base/graph';
export * from '../base/ops/graph';
export * from '../nn/graph';
export { conjugateGradient, partition, patches } from '../base/topology';
export type {
  ConjugateGradientOptions,
  ConjugateGradientResult,
  PartitionOptions,
  Patches,
  PatchesOptions
} from '../base/topology';
export { edgePredictor } from '../train/graphs/edgePredictor';
export type { EdgePredictor, EdgePredictorOptions } from '../train/graphs/edgePredictor';
export { fitPairwiseMrf } from '../train/graphs/fitPairwiseMrf';
export type { PairwiseMrfFit, PairwiseMrfTraining } from '../train/graphs/fitPairwiseMrf';

export * as generators from '../base/graph/generators';
export * as probes from './graphProbes';
export * as rewire from '../transform/rewire';
export * as metrics from '../train/graphs/metrics';
export * as splits from '../train/graphs/splits';
export * as embed from '../train/graphs/embed';
export * as recommend from '../train/graphs/recommend';
export * as samplers from '../train/graphs/samplers';
export * as read from '../train/graphs/readers';
