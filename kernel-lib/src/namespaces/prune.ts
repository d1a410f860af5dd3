export {
  groupImportance,
  groups,
  iterative,
  magnitude,
  random,
  structured,
  taylor,
  unstructured
} from '../transform/prune';
export type {
  CalibrationTask,
  GroupImportanceOptions,
  GroupReduction,
  Importance,
  IterativeOptions,
  IterativeReport,
  MagnitudeOptions,
  PruningGroup,
  RankingScope,
  StructuredOptions,
  StructuredReport,
  TaylorOptions,
  UnstructuredOptions,
  UnstructuredReport
} from '../transform/prune';
