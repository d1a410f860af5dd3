import { core, graph, tf } from '@switchyard/kernel-lib';
import { minimise } from './regression';

/** A latent graph of points in a square that are near each other, as dense in any number of them, and what is seen of it: A + A^2 / 2. */
export function diffused(nodes: number, seed: number): { latent: number[][]; observed: number[][] } {
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
export function f1(scores: readonly number[][], latent: readonly number[][], threshold: number): number {
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
export const best = (scores: readonly number[][], latent: readonly number[][]): number =>
  Math.max(...[...new Set(scores.flat())].map((threshold) => f1(scores, latent, threshold)));

/** What a model makes of what is seen. */
export const run = (model: core.Module, observed: number[][]): number[][] =>
  tf.tidy(() => (model.apply(tf.tensor2d(observed), core.Context.create()) as tf.Tensor2D).arraySync());

/** Harmonic means on graphs of these sizes after training on sixteen of 30 nodes: learnt, by the best threshold of what is seen, and by that of 50 steps with one set of coefficients. */
export function recoveredEdges(sizes: readonly number[], seed: number) {
  const data = Array.from({ length: 16 }, (_, i) => diffused(30, 10 * seed + i));
  const [O, A] = [tf.tensor3d(data.map(({ observed }) => observed)), tf.tensor3d(data.map(({ latent }) => latent))];
  const model = new graph.Deconvolution({ unroll: 8 });
  minimise(model, (ctx) => tf.losses.sigmoidCrossEntropy(A, model.apply(O, ctx).mul(10)), { steps: 60, learningRate: 0.02 }); // prettier-ignore
  const fixed = new graph.Deconvolution({ unroll: 50, coefficients: 'shared' });
  const found = sizes.map((nodes) => {
    const { latent, observed } = diffused(nodes, 98 + seed);
    return { learnt: f1(run(model, observed), latent, 0), threshold: best(observed, latent), fixed: best(run(fixed, observed), latent) }; // prettier-ignore
  });
  tf.dispose([O, A]);
  [model, fixed].forEach((each) => each.dispose());
  return found;
}
