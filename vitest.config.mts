import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/{kernel-lib,extension,parity,setup,systems,bench}/**/*.test.ts'],
    pool: 'forks',
    maxWorkers: 2,
    // Trained checks take half a minute, and twice as long beside other work.
    testTimeout: 180_000,
    // The built library is what users load; it is CommonJS and must not be transformed.
    server: { deps: { external: [/kernel-lib\/dist/] } }
  }
});
