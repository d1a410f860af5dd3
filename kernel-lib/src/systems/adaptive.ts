import type { SystemEntry } from './entry';

/** Systems that route past layers, or a query to a model. */
export const adaptiveSystems: readonly SystemEntry[] = [];
