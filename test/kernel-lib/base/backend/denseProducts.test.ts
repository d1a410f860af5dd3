import { execFileSync } from 'child_process';
import { core, tf } from '@switchyard/kernel-lib';
import { useCustomOps } from '@switchyard/kernel-lib/dist/base/backend/index.js';
import { blasKernels } from '@switchyard/kernel-lib/dist/base/backend/customOps.js';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { expectClose, expectNoLeak } from '../../../support/numeric';

const random = core.Random.fromSeed(3);
const values = (shape: number[], name: string): tf.Tensor => {
  const next = random.child(name).generator();
  return tf.tensor(
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => next() - 0.5),
    shape
  );
};

afterEach(() => {
  useCustomOps(true);
  vi.restoreAllMocks();
});

/** Ops that TensorFlow executes in `run`. */
function executed(run: () => void): string[] {
  const spy = vi.spyOn(
    tf.backend() as unknown as { executeSingleOutput: (name: string) => tf.Tensor },
    'executeSingleOutput'
  );
  tf.tidy(run);
  const names = spy.mock.calls.map(([name]) => name);
  spy.mockRestore();
  return names;
}

/** Both paths' results. */
function onBoth(run: () => tf.Tensor): [tf.Tensor, tf.Tensor] {
  const custom = run();
  useCustomOps(false);
  const composed = run();
  useCustomOps(true);
  return [custom, composed];
}

describe('dense products', () => {
  test('a product worked out by hand, each side as it is and transposed', () => {
    tf.tidy(() => {
      const a = tf.tensor2d([1, 2, 3, 4, 5, 6], [2, 3]);
      const b = tf.tensor2d([1, 0, 2, 1, 0, 3], [3, 2]);
      const y = [5, 11, 14, 23];
      for (const [left, right, ta, tb] of [
        [a, b, false, false],
        [tf.transpose(a), b, true, false],
        [a, tf.transpose(b), false, true],
        [tf.transpose(a), tf.transpose(b), true, true]
      ] as const) {
        expect(Array.from(tf.matMul(left, right, ta, tb).dataSync())).toEqual(y);
      }
    });
  });

  const SHAPES: [string, number[], number[]][] = [
    ['one value', [1, 1], [1, 1]],
    ['a row', [1, 300], [300, 1000]],
    ['a column', [700, 300], [300, 1]],
    ['few rows', [7, 576], [576, 3001]],
    ['sides that no cut divides', [513, 65], [65, 771]],
    ['a long sum of a small product', [17, 4099], [4099, 19]],
    ['a batch', [5, 33, 20], [5, 20, 7]],
    ['a batch of large ones', [3, 257, 129], [3, 129, 300]],
    ['a batch of many small ones', [2, 300, 6, 4], [2, 300, 4, 5]],
    ['one matrix times each of a batch', [6, 4], [3, 4, 5]],
    ['each of a batch times one matrix', [2, 3, 6, 4], [4, 5]],
    ['one in a batch of its own', [1, 6, 4], [3, 4, 5]],
    ['batches that TensorFlow broadcasts', [2, 1, 6, 4], [1, 3, 4, 5]],
    ['no rows', [0, 4], [4, 5]],
    ['no columns', [3, 4], [4, 0]],
    ['sums of nothing', [3, 0], [0, 5]],
    ['no matrices', [0, 3, 4], [0, 4, 5]]
  ];
  test.each(SHAPES)('%s: the product and the gradients of TensorFlow', (_name, left, right) => {
    expectNoLeak(() =>
      tf.tidy(() => {
        const [a, b] = [values(left, 'a'), values(right, 'b')];
        for (const [ta, tb] of [
          [false, false],
          [true, false],
          [false, true],
          [true, true]
        ]) {
          const turned = (x: tf.Tensor): tf.Tensor =>
            x.transpose([...x.shape.keys()].slice(0, -2).concat([x.rank - 1, x.rank - 2]));
          const [x, y] = [ta ? turned(a) : a, tb ? turned(b) : b];
          const [custom, composed] = onBoth(() => tf.matMul(x, y, ta, tb));
          expect(custom.shape).toEqual(composed.shape);
          expectClose(custom, composed, 1e-5);
          // TensorFlow.js has no gradient where batches are broadcast.
          if (custom.size > 0 && String(left.slice(0, -2)) === String(right.slice(0, -2))) {
            const weights = values(custom.shape, 'weights');
            const loss = (x: tf.Tensor, y: tf.Tensor): tf.Scalar => tf.matMul(x, y, ta, tb).mul(weights).sum();
            const [dx, dy] = [0, 1].map((side) => onBoth(() => tf.grads(loss)([x, y])[side]));
            expectClose(dx[0], dx[1], 1e-4);
            expectClose(dy[0], dy[1], 1e-4);
          }
        }
      })
    );
  });

  test('NaN and infinite values go where they must, and nowhere else', () => {
    tf.tidy(() => {
      const a = tf.tensor2d([NaN, 1, 1, Infinity, 1, 2], [3, 2]);
      expect(Array.from(tf.matMul(a, tf.ones([2, 1])).dataSync())).toEqual([NaN, Infinity, 3]);
    });
  });

  test('which ops run', () => {
    const [a, b] = [values([4, 3], 'a'), values([3, 2], 'b')];
    expect(executed(() => tf.matMul(a, b))).toEqual(['SwitchyardMatMul']);
    expect(executed(() => tf.matMul(a.toInt(), b.toInt()))).toContain('BatchMatMulV2');
    expect(executed(() => tf.matMul(values([2, 1, 4, 3], 'c'), values([1, 2, 3, 2], 'd')))).toEqual(['BatchMatMulV2']);
    useCustomOps(false);
    expect(executed(() => tf.matMul(a, b))).toEqual(['BatchMatMulV2']);
    tf.dispose([a, b]);
  });
});

describe('what the digits depend on', () => {
  test('OpenBLAS takes the kernels of the vector instructions', () => {
    const cpu = (flags: string): string => `processor\t: 0\nvendor_id\t: AnyVendor\nflags\t\t: fpu ${flags} rdseed\n`;
    expect(blasKernels(cpu('fma avx2 avx512f avx512dq avx512bw avx512vl'))).toBe('SkylakeX');
    expect(blasKernels(cpu('fma avx2 avx512f'))).toBe('Haswell');
    expect(blasKernels(cpu('avx'))).toBeNull();
    expect(blasKernels('Features\t: asimd avx2\n')).toBeNull();
  });

  // Each in a process of its own: the libraries read them once.
  test('neither a shell variable of OpenBLAS nor the instructions that oneDNN may use change them', () => {
    const script = `
      const { core, tf } = require('@switchyard/kernel-lib');
      const next = core.Random.fromSeed(5).generator();
      const values = (rows, columns) => tf.tensor2d(Float32Array.from({ length: rows * columns }, () => next() - 0.5), [rows, columns]);
      const [x, w] = [values(700, 96), values(96, 200)];
      const [dx, dw] = tf.grads((x, w) => tf.matMul(x, w).square().sum())([x, w]);
      const hash = require('crypto').createHash('sha256');
      for (const t of [dx, dw]) hash.update(new Uint8Array(t.dataSync().buffer));
      console.log(hash.digest('hex'), process.env.OPENBLAS_CORETYPE);`;
    const digits = (env: Record<string, string>): string =>
      String(execFileSync(process.execPath, ['-e', script], { env: { ...process.env, ...env }, stdio: 'pipe' }))
        .trim()
        .split('\n')
        .at(-1)!;
    const [plain, plainEnv] = digits({ OPENBLAS_CORETYPE: 'Zen', OPENBLAS_L2_SIZE: '512' }).split(' ');
    const [other, otherEnv] = digits({
      OPENBLAS_CORETYPE: 'Haswell',
      OPENBLAS_L2_SIZE: '2048',
      ONEDNN_MAX_CPU_ISA: 'SSE41'
    }).split(' ');
    expect([plainEnv, otherEnv]).toEqual(['Zen', 'Haswell']);
    expect(other).toBe(plain);
  });
});
