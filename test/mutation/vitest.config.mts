import { fileURLToPath } from 'url';
import { defineConfig } from 'vitest/config';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The tests of `npm run mutate`: on the library's sources, which Stryker changes, and not on what was built of them. */
export default defineConfig({
  root,
  resolve: {
    alias: [
      { find: /^@switchyard\/kernel-lib\/dist\/(.*)\.js$/, replacement: `${root}kernel-lib/src/$1.ts` },
      { find: /^@switchyard\/kernel-lib$/, replacement: `${root}kernel-lib/src/index.ts` }
    ]
  },
  test: {
    include: (process.env.SWITCHYARD_MUTATE ?? 'test/kernel-lib/**/*.test.ts').split(','),
    exclude: ['**/*.slow.test.ts', '**/node_modules/**'],
    pool: 'forks',
    // A file loads the library in a second: those that run for one change share it.
    isolate: false,
    testTimeout: 60_000
  }
});
