export { bootstrap } from './bootstrap';
export type { BootstrapOptions, Estimate } from './bootstrap';
export { kMeans, meanRow } from './kMeans';
export type { Clusters, KMeansOptions } from './kMeans';
export { linkage } from './linkage';
export type { Join, LinkageMethod } from './linkage';
export { paretoFront } from './paretoFront';
export type { Tradeoff } from './paretoFront';
export { stableRank } from './svd';
