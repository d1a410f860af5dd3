export type { RankingScope } from './chooseKept';
export { groups } from './groups';
export type { PruningGroup } from './groups';
export * from './importance';
export { groupImportance } from './groupImportance';
export type { GroupImportanceOptions, GroupReduction } from './groupImportance';
export { structured } from './structured';
export type { StructuredOptions, StructuredReport } from './structured';
