/** @file Embeddings of nodes without a network: `graph.embed`. */
export { fastRP } from './fastRP';
export type { FastRPOptions } from './fastRP';
