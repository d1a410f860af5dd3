export { aliasedExperts } from './aliasedExperts';
export type { AliasedExpertsOptions } from './aliasedExperts';
export { averagedExperts } from './averagedExperts';
export type { AveragedExpertsOptions } from './averagedExperts';
export { lowRankExperts } from './lowRankExperts';
export type { LowRankExpertsOptions } from './lowRankExperts';
