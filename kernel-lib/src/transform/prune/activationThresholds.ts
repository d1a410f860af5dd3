import { expectNumber } from '../../base/core';

/** Activations of a layer on calibration data: sizes [R, H] of what may go, row by row. */
export interface ActivationSample {
  sizes: Float32Array;
  channels: number;
}

/**
 * Thresholds of the channels of a layer, so that the share `target` of the sample lies below: `T / weight`, T the quantile of `size weight` over all values.
 * A channel of weight 0 is always below. With target 0 they are 0.
 *
 * @param weights - What a value of a channel does to the output; [H]. All 1: one threshold for the layer.
 */
export function thresholdsOf(
  where: string,
  { sizes, channels }: ActivationSample,
  weights: Float32Array,
  target: number
): Float32Array {
  const scores = sizes.map((size, i) => size * weights[i % channels]).sort();
  expectNumber(where, 'the largest activation', scores.at(-1) ?? 0);
  const count = Math.round(target * scores.length);
  const cut = count === 0 ? 0 : count === scores.length ? Infinity : scores[count];
  return weights.map((weight) => (cut === 0 ? 0 : cut / weight));
}
