import { execFileSync, spawnSync } from 'child_process';
import { existsSync, mkdtempSync, rmSync } from 'fs';
import { tmpdir } from 'os';
import { dirname, join } from 'path';
import { expect, test } from 'vitest';
import { because } from '../../../support/because';
import { tensorflowFolder } from '../../../../kernel-lib/bin/setup/tensorflow.js';
import { findProject } from '../../../../kernel-lib/bin/support/project.js';
import { findCompiler } from '../../../../kernel-lib/native/binding.js';
import { compileCustomOps } from '../../../../kernel-lib/native/custom-ops.js';

const project = findProject();
const tensorflow = tensorflowFolder(project);
const runtime = sanitizerRuntime();

// Memory errors of the ops themselves; leaks of Node.js and TensorFlow at their end are not asked for.
test.skipIf(tensorflow === null || runtime === null)(
  'the custom ops are clean under AddressSanitizer',
  { timeout: 300_000, ...because('there is no compiler with AddressSanitizer') },
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'switchyard-asan-'));
    try {
      const output = join(folder, 'ops.node');
      const openblas = join(dirname(tensorflow!), 'scipy_openblas32');
      // Nothing is optimised: nearly all of the time is the compiler's.
      const flags = ['-O0', '-g1', '-fsanitize=address', '-fno-omit-frame-pointer'];
      const built = await compileCustomOps(
        { library: project.library, tensorflow: tensorflow!, openblas },
        { output, flags }
      );
      expect(built.code, built.output).toBe(0);
      const env = {
        ...process.env,
        LD_PRELOAD: runtime!,
        // A size that no memory holds is an error of the op, as without the sanitizer.
        ASAN_OPTIONS: 'detect_leaks=0:allocator_may_return_null=1',
        SWITCHYARD_CUSTOM_OPS: output
      };
      const tests = [
        'base/backend/denseProducts',
        'base/ops/crossEntropy',
        'base/ops/customOps',
        'base/ops/fused',
        'base/ops/graph',
        'base/ops/packed',
        'base/ops/packedSeveral',
        'base/ops/sparseKernels',
        'base/ops/sparseMatMul',
        'nn/layers/keptAttention'
      ];
      const words = ['run', ...tests.map((name) => join(__dirname, '..', '..', `${name}.test.ts`))];
      const vitest = join(project.root, 'node_modules', 'vitest', 'vitest.mjs');
      const run = spawnSync(process.execPath, [vitest, ...words], { cwd: project.root, env, encoding: 'utf8' });
      expect(run.status, run.stdout + run.stderr).toBe(0);
    } finally {
      rmSync(folder, { recursive: true });
    }
  }
);

/** The compiler's library of the sanitizer; it prints a bare name where there is none. */
function sanitizerRuntime(): string | null {
  const name = 'libasan.so';
  const place = execFileSync(findCompiler(), [`-print-file-name=${name}`], { encoding: 'utf8' }).trim();
  return place !== name && existsSync(place) ? place : null;
}
