import type { SystemEntry } from './entry';

/** Systems whose mark is the kind of expert. */
export const expertsSystems: readonly SystemEntry[] = [];
