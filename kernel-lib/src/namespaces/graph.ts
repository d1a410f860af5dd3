export { fromEdges, Graph } from '../base/graph';
export type { CompressedRows, EdgeList, FeatureRows, Features, GraphOptions } from '../base/graph';
export * from '../nn/graph';
