import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/{kernel-lib,extension,parity,setup,systems,bench}/**/*.test.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    // The built library is what users load; it is CommonJS and must not be transformed.
    server: { deps: { external: [/kernel-lib\/dist/] } }
  }
});
