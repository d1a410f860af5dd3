export type { Limit, StudyOptions } from './options';
export type { StudyResult, StudyTrialResult } from './result';
export { Study, study } from './study';
export type { StudyInfo, StudyWatcher } from './watchers';
export { edf } from './edf';
export type { Edf } from './edf';
export { importance } from './importance';
export type { ChoiceImportance, Importance, ImportanceOptions } from './importance';
