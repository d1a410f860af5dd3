import type { SystemEntry } from './entry';

/** Systems of many devices, simulated. */
export const simSystems: readonly SystemEntry[] = [];
