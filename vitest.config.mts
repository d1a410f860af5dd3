import { defineConfig } from 'vitest/config';
import { OF_CUSTOM_OPS } from './test/gpu/withoutCustomOps.js';
import { LongestFirst } from './test/support/longestFirst.mts';

// The slow tier: what takes minutes, seeds above all. `npm test -- --slow` runs it, and nothing else.
const slow = process.env.SWITCHYARD_TIER === 'slow';

const include = (...folders: string[]): string[] =>
  folders.map((folder) => `test/${folder}/**/*${slow ? '.slow' : ''}.test.ts`);

export default defineConfig({
  test: {
    exclude: [
      ...(slow ? [] : ['**/*.slow.test.ts']),
      ...(process.env.SWITCHYARD_CUSTOM_OPS === 'none' ? OF_CUSTOM_OPS : [])
    ],
    pool: 'forks',
    maxWorkers: 2,
    // Trained checks take half a minute, and twice as long beside other work.
    testTimeout: slow ? 1_800_000 : 180_000,
    hookTimeout: slow ? 1_800_000 : 10_000,
    // The built library is what users load; it is CommonJS and must not be transformed.
    server: { deps: { external: [/kernel-lib\/dist/] } },
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        extends: true,
        test: {
          name: 'library',
          include: include('kernel-lib', 'parity', 'systems'),
          // Files of a worker share its process: the library and TensorFlow, a second each time, are loaded once.
          isolate: false,
          setupFiles: ['test/support/leavesNothing.ts']
        }
      },
      { extends: true, test: { name: 'apart', include: include('extension', 'setup', 'bench') } }
    ]
  }
});
