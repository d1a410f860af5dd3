import { defineConfig } from 'vitest/config';

// The slow tier: what takes minutes, seeds above all. `npm test -- --slow` runs it, and nothing else.
const slow = process.env.SWITCHYARD_TIER === 'slow';

export default defineConfig({
  test: {
    include: [`test/{kernel-lib,extension,parity,setup,systems,bench}/**/*${slow ? '.slow' : ''}.test.ts`],
    exclude: slow ? [] : ['**/*.slow.test.ts'],
    pool: 'forks',
    maxWorkers: 2,
    // Trained checks take half a minute, and twice as long beside other work.
    testTimeout: slow ? 1_800_000 : 180_000,
    // The built library is what users load; it is CommonJS and must not be transformed.
    server: { deps: { external: [/kernel-lib\/dist/] } }
  }
});
