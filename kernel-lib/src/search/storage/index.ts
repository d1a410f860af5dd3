export { MemoryStorage } from './memoryStorage';
export { OptunaStorage, storageUrl } from './optunaStorage';
export type { StudyPlace } from './optunaStorage';
export type { Objective, Storage, StoredStudy, StoredTrial, StudyRecord, TrialAttributes, TrialEnd } from './storage';
