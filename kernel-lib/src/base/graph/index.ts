export type { CompressedRows } from './csr';
export { fromEdges, Graph, takeRows } from './graph';
export type { EdgeList, FeatureRows, Features, GraphOptions } from './options';
