import type { SystemEntry } from './entry';

/** Systems that route past layers, to adapters, or a query to a model. */
export const adaptiveSystems: readonly SystemEntry[] = [];
