import { createRequire } from 'module';

/** Requires tslab's files and the packages that tslab brings (its TypeScript, zeromq), so that only one copy of each runs. */
export const tslabRequire = createRequire(require.resolve('tslab/package.json'));
