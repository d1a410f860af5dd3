export {
  balancedWeights,
  batch,
  coalesce,
  degrees,
  fromEdges,
  Graph,
  shells,
  subgraph,
  symmetricWeights,
  withLoops,
  withoutLoops
} from '../base/graph';
export type {
  Adjacency,
  CompressedRows,
  DegreeOptions,
  Direction,
  EdgeEnd,
  EdgeList,
  EdgeMerge,
  FeatureRows,
  Features,
  GraphOptions
} from '../base/graph';
export * from '../base/ops/graph';
export * from '../nn/graph';
