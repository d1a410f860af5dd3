import { core, graph, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { diffused, recoveredEdges, run } from '../support/deconvolution';
import { setValue } from '../support/networks';
import { expectClose, expectNoLeak } from '../support/numeric';

describe('graph deconvolution network', () => {
  test('[gdn] two steps by hand, without a diagonal; a batch is as its graphs', () => {
    const model = new graph.Deconvolution({ unroll: 2 });
    setValue(model, 'coefficients', () => tf.tensor2d([[0.5, 0.1, 0.3, 0.2], [0.7, -0.2, 0.4, 0.1]])); // prettier-ignore
    const { observed: O } = diffused(8, 1);
    const product = (a: number[][], b: number[][]): number[][] => a.map((row) => b[0].map((_, j) => row.reduce((sum, value, k) => sum + value * b[k][j], 0))); // prettier-ignore
    const step = (A: number[][], [a, b, c, t]: number[], open: boolean): number[][] => {
      const [left, right] = [product(O, A), product(A, O)];
      return A.map((row, i) => row.map((value, j) => {
        const moved = a * value + b * (left[i][j] + right[i][j]) + c * O[i][j] - t;
        return i === j ? 0 : open ? moved : Math.max(0, moved);
      })); // prettier-ignore
    };
    const wanted = step(step(O, [0.5, 0.1, 0.3, 0.2], false), [0.7, -0.2, 0.4, 0.1], true);
    expectClose(run(model, O).flat(), wanted.flat(), 1e-5);
    tf.tidy(() => {
      const two = [O, diffused(8, 2).observed];
      const both = model.apply(tf.tensor3d(two), core.Context.create()).dataSync();
      expectClose(both, two.flatMap((each) => run(model, each).flat()), 1e-6); // prettier-ignore
    });
    expectNoLeak(() => run(model, O));
    expect(() => model.apply(tf.ones([2, 3]), core.Context.create())).toThrow('graph.Deconvolution: adjacencies must be [N, N] or [B, N, N], got [2, 3]'); // prettier-ignore
    model.dispose();
  });

  test('[gdn] what was diffused is recovered better than by any threshold and by 50 fixed steps, on graphs three times as large as those of training', () => {
    recoveredEdges([30, 90], 1).forEach(({ learnt, threshold, fixed }) => {
      expect(learnt).toBeGreaterThan(0.95);
      expect(learnt).toBeGreaterThan(threshold + 0.04);
      expect(threshold).toBeGreaterThan(fixed);
    });
  });
});
