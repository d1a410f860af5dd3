export { LightGCN, lightGcn } from './lightGcn';
export type { LightGcnOptions } from './lightGcn';
export { GraphNetwork, graphNetwork } from './network';
export type { GraphNetworkOptions } from './network';
