export type { RankingScope } from './chooseKept';
export { groups } from './groups';
export type { PruningGroup } from './groups';
export * from './importance';
export type { GroupReduction } from './scoreGroup';
export { structured } from './structured';
export type { StructuredOptions, StructuredReport } from './structured';
