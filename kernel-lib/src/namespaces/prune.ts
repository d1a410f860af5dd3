export { groupImportance, groups, magnitude, random, structured, taylor, unstructured } from '../transform/prune';
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
  TaylorOptions,
  UnstructuredOptions,
  UnstructuredReport
} from '../transform/prune';
