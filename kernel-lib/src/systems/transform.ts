import type { SystemEntry } from './entry';

/** Systems that turn one network into another: upcycling, carving, merging. */
export const transformSystems: readonly SystemEntry[] = [];
