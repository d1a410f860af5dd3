import type { tf } from '../../base/backend';
import { bootstrap } from '../../base/math/bootstrap';
import type { BootstrapOptions, Estimate } from '../../base/math/bootstrap';
import type { MoeLayer } from '../../nn/moe/layer';
import { allOutputs, outputOf } from './allOutputs';

/**
 * Whether the router prefers experts of large output: for each token, Spearman's rank correlation over all experts of the
 * router's probability and the norm of the output; the mean over tokens, with an interval (arXiv 2406.18219, section 4.2).
 * 1: the largest output has the largest probability, and so on; 0: unrelated.
 *
 * @param tokens - What the layer gets, [T, D]; see `inputsOf`.
 */
export function normVsRouter(layer: MoeLayer, tokens: tf.Tensor2D, options: BootstrapOptions = {}): Estimate {
  const all = allOutputs(layer, tokens);
  const { numTokens, numExperts, probs } = all;
  const correlations = Float64Array.from({ length: numTokens }, (_, t) =>
    spearman(
      probs.subarray(t * numExperts, (t + 1) * numExperts),
      Float64Array.from({ length: numExperts }, (_unused, e) => Math.hypot(...outputOf(all, t, e)))
    )
  );
  return bootstrap(numTokens, (units) => units.reduce((sum, t) => sum + correlations[t], 0) / units.length, options);
}

/** Pearson's correlation of the ranks; ties share theirs. NaN where all are equal. */
export function spearman(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const [x, y] = [ranks(a), ranks(b)];
  const middle = (x.length - 1) / 2;
  const sum = (f: (i: number) => number): number => x.reduce((total, _, i) => total + f(i), 0);
  const spread = Math.sqrt(sum((i) => (x[i] - middle) ** 2) * sum((i) => (y[i] - middle) ** 2));
  return sum((i) => (x[i] - middle) * (y[i] - middle)) / spread;
}

function ranks(values: ArrayLike<number>): Float64Array {
  const order = Array.from({ length: values.length }, (_, i) => i).sort((a, b) => values[a] - values[b]);
  const out = new Float64Array(values.length);
  for (let start = 0, end = 0; start < order.length; start = end) {
    while (end < order.length && values[order[end]] === values[order[start]]) {
      end++;
    }
    order.slice(start, end).forEach((i) => (out[i] = (start + end - 1) / 2));
  }
  return out;
}
