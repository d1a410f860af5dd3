export type { Batch, LanguageModel, RunInfo, StepReport, TextData, Watcher } from './contract';
export { evaluate } from './evaluate';
export type { Evaluation } from './evaluate';
export { fit } from './fit';
export type { History } from './history';
export { learningRateAt } from './learningRate';
export type { LearningRateOptions } from './learningRate';
export type { CheckpointOptions, EvaluateOptions, FitOptions } from './options';
export type { Run, TrainResult } from './run';
