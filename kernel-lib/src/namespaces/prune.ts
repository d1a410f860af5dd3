export { groupImportance, groups, magnitude, random, structured, taylor } from '../transform/prune';
export type {
  CalibrationTask,
  GroupImportanceOptions,
  GroupReduction,
  Importance,
  MagnitudeOptions,
  PruningGroup,
  RankingScope,
  StructuredOptions,
  StructuredReport,
  TaylorOptions
} from '../transform/prune';
