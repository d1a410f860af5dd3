export type { Evaluate, EvaluateFile, EvaluateSource, Measured, RunningTrial } from './evaluate';
export { provideLibrary } from './library';
export type { Library } from './library';
export { trainCandidate } from './train';
export type { TrainCandidateOptions } from './train';
