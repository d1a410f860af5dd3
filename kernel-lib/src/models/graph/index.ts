export { GraphNetwork, graphNetwork } from './network';
export type { GraphNetworkOptions } from './network';
