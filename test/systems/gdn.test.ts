import { core, graph, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { setValue } from '../support/networks';
import { expectClose, expectNoLeak } from '../support/numeric';
import { minimise } from '../support/regression';

/** A latent graph of points in a square that are near each other, as dense in any number of them, and what is seen of it: A + A^2 / 2. */
function diffused(nodes: number, seed: number): { latent: number[][]; observed: number[][] } {
  const next = core.Random.fromSeed(seed).child(nodes).generator();
  const side = Math.sqrt(nodes);
  const points = Array.from({ length: nodes }, () => [side * next(), side * next()]);
  const latent = points.map(([x, y], i) =>
    points.map(([u, v], j) => Number(i !== j && Math.hypot(x - u, y - v) < 1.3))
  );
  const observed = latent.map((row, i) => row.map((value, j) => (i === j ? 0 : value + row.reduce((sum, each, k) => sum + each * latent[k][j], 0) / 2))); // prettier-ignore
  return { latent, observed };
}

/** Harmonic mean of precision and recall of edges by scores above a threshold. */
function f1(scores: readonly number[][], latent: readonly number[][], threshold: number): number {
  let [right, said, there] = [0, 0, 0];
  scores.forEach((row, i) => row.forEach((score, j) => {
    if (i < j) {
      right += Number(score > threshold && latent[i][j] === 1);
      said += Number(score > threshold);
      there += latent[i][j];
    }
  })); // prettier-ignore
  return (2 * right) / (said + there);
}
/** The best that any threshold reaches. */
const best = (scores: readonly number[][], latent: readonly number[][]): number =>
  Math.max(...[...new Set(scores.flat())].map((threshold) => f1(scores, latent, threshold)));

const run = (model: core.Module, observed: number[][]): number[][] =>
  tf.tidy(() => (model.apply(tf.tensor2d(observed), core.Context.create()) as tf.Tensor2D).arraySync());

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
    const data = Array.from({ length: 16 }, (_, i) => diffused(30, 10 + i));
    const [O, A] = [tf.tensor3d(data.map(({ observed }) => observed)), tf.tensor3d(data.map(({ latent }) => latent))];
    const model = new graph.Deconvolution({ unroll: 8 });
    const loss = (ctx: core.Context): tf.Tensor => {
      const scores = model.apply(O, ctx).mul(10);
      return tf.losses.sigmoidCrossEntropy(A, scores);
    };
    minimise(model, loss, { steps: 60, learningRate: 0.02 });
    const fixed = new graph.Deconvolution({ unroll: 50, coefficients: 'shared' });
    [30, 90].forEach((nodes) => {
      const { latent, observed } = diffused(nodes, 99);
      const learnt = f1(run(model, observed), latent, 0);
      expect(learnt).toBeGreaterThan(0.95);
      expect(learnt).toBeGreaterThan(best(observed, latent) + 0.04);
      expect(best(observed, latent)).toBeGreaterThan(best(run(fixed, observed), latent));
    });
    tf.dispose([O, A]);
    [model, fixed].forEach((each) => each.dispose());
  });
});
