export type { Evaluate, EvaluateFile, EvaluateSource, Measured, RunningTrial } from './evaluate';
export { provideLibrary } from './library';
export type { Library } from './library';
export { nasBenchGraph } from './nasBenchGraph';
export type { GraphTable, NasBenchGraphOptions } from './nasBenchGraph';
export { tabular } from './tabular';
export type { TabularOptions } from './tabular';
export { trainCandidate } from './train';
export type { TrainCandidateOptions } from './train';
