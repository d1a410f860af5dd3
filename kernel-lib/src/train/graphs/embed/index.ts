/** @file Embeddings of nodes without a network: `graph.embed`. */
export { fastRP } from './fastRP';
export type { FastRPOptions } from './fastRP';
export { randomFeaturePropagation } from './randomFeaturePropagation';
export type { RandomFeatureOptions } from './randomFeaturePropagation';
export { egoEdges, egoNodes } from './egoEncodings';
export type { EgoEncodingOptions } from './egoEncodings';
