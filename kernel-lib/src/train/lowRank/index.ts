export { dynamicalLowRank } from './dynamicalLowRank';
export type { DynamicalLowRankOptions, DynamicalLowRankResult } from './dynamicalLowRank';
