import { tf } from '../../base/backend';
import { cholesky, invertPositive } from '../../base/math';
import { svd } from '../../base/math/svd';
import type { InputMoments } from '../prune/importance/parts/inputMoments';

/** Singular directions of a matrix: factors of each rank are cut from them. */
export interface Directions {
  /** Squares of the singular values, largest first; the error of rank r is their sum from r. */
  squares: Float32Array;
  /** Factors of the first r directions, [D, r] and [r, H]. */
  cut: (rank: number) => { down: tf.Tensor2D; up: tf.Tensor2D };
  dispose: () => void;
}

/**
 * Directions of a matrix W [D, H], by its own singular values; given the moments of its inputs, by those of `L^T W`, L the Cholesky factor of the
 * mean of `x x^T`: then what is cut is least in the outputs, `E |x W - x W'|^2` is the sum of the squares that are cut (SVD-LLM, arXiv
 * 2403.07378).
 *
 * @param damping - Share of the mean of the moments' diagonal that is added to it.
 */
export function directionsOf(
  where: string,
  weight: tf.Tensor2D,
  { moments, damping }: { moments: InputMoments | null; damping: number }
): Directions {
  const [down, up, squares] = tf.tidy(() => {
    if (moments === null) {
      const { u, s, v } = svd(weight);
      return [u, v.transpose<tf.Tensor2D>().mul<tf.Tensor2D>(s.expandDims(1)), s.square()];
    }
    const { inputs, sums, count } = moments;
    const mean = tf.tensor2d(sums, [inputs, inputs]).div<tf.Tensor2D>(count);
    const trace = mean.mul(tf.eye(inputs)).sum();
    const damped = mean.add<tf.Tensor2D>(tf.eye(inputs).mul(trace.mul(damping / inputs).maximum(Number.EPSILON)));
    const lower = cholesky(where, damped);
    const { u, s, v } = svd(tf.matMul(lower, weight, true));
    // L^-T is H^-1 L.
    const back = tf.matMul(tf.matMul(invertPositive(where, damped), lower), u);
    return [back, v.transpose<tf.Tensor2D>().mul<tf.Tensor2D>(s.expandDims(1)), s.square()];
  }) as [tf.Tensor2D, tf.Tensor2D, tf.Tensor1D];
  return {
    squares: squares.dataSync<'float32'>().slice(),
    cut: (rank) => ({ down: down.slice([0, 0], [-1, rank]), up: up.slice([0, 0], [rank, -1]) }),
    dispose: () => tf.dispose([down, up, squares])
  };
}
