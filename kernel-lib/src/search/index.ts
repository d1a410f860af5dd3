export type { ArchitectureGraph } from './space';
export type { StoredTrial } from './storage';
export type { StudyInfo, StudyWatcher } from './studies';
