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
  labelled,
  lineDigraph,
  lowerTriangle,
  neighbourhoodTokens,
  nodePairs,
  parsed,
  ports,
  radiusGraph,
  reversed,
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
  GraphOptions,
  Labelled,
  LabelledOptions,
  NeighbourhoodTokensOptions,
  NodePair,
  NodePairs,
  Parsed,
  PortsOptions,
  RadiusGraphOptions,
  TrustedWeightsOptions
} from '../base/graph';
export * from '../base/ops/graph';
export * from '../nn/graph';
export { conjugateGradient, partition } from '../base/topology';
export type { ConjugateGradientOptions, ConjugateGradientResult, PartitionOptions } from '../base/topology';
export { edgePredictor } from '../train/graphs/edgePredictor';
export type { EdgePredictor, EdgePredictorOptions } from '../train/graphs/edgePredictor';

export * as generators from '../base/graph/generators';
export * as probes from './graphProbes';
export * as rewire from '../transform/rewire';
export * as metrics from '../train/graphs/metrics';
export * as splits from '../train/graphs/splits';
export * as embed from '../train/graphs/embed';
export * as recommend from '../train/graphs/recommend';
export * as samplers from '../train/graphs/samplers';
export * as read from '../train/graphs/readers';
