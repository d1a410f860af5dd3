export type { GitState } from './git';
export { ENVIRONMENT_MIME_TYPE } from './mime';
export { environmentRecord } from './record';
export type { EnvironmentOptions, EnvironmentRecord, RecordedData } from './record';
export { environmentText } from './text';
