import type { SystemEntry } from './entry';

/** Systems that measure what routing does. */
export const analysisSystems: readonly SystemEntry[] = [];
