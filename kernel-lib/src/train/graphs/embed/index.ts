/** @file Embeddings of nodes without a network: `graph.embed`. */
export { contrastive } from './contrastive';
export type { ContrastiveOptions } from './contrastive';
export { fastRP } from './fastRP';
export type { FastRPOptions } from './fastRP';
export { laplacian } from './laplacian';
export type { LaplacianOptions } from './laplacian';
export { randomWalk, walkPairs } from './randomWalk';
export type { RandomWalkOptions, WalkPairsOptions } from './randomWalk';
export { randomFeaturePropagation } from './randomFeaturePropagation';
export type { RandomFeatureOptions } from './randomFeaturePropagation';
export { egoEdges, egoNodes } from './egoEncodings';
export type { EgoEncodingOptions } from './egoEncodings';
export { recoverPositions } from './recoverPositions';
export type { RecoverPositionsOptions } from './recoverPositions';
export { relationProjection } from './relationProjection';
export type { RelationProjectionOptions } from './relationProjection';
export { gte } from './gte';
export type { GteOptions } from './gte';
