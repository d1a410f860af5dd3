import type { tf } from '../../base/backend';
import { expectOneOf, expectShape } from '../../base/core';
import { cosine } from '../../base/math/cosine';

/** Options of `moe.analysis.similarity`. */
export interface SimilarityOptions {
  /**
   * "expert": cosine of the flattened matrices. "neuron": each neuron (a column) is matched with the most similar of the other
   * expert, and the cosines are averaged, both ways; so the order of neurons does not matter. Default "expert".
   */
  by?: 'expert' | 'neuron';
}

/**
 * How alike the experts of a layer are in their weights, -1..1; [E][E], symmetric, diagonal 1 ("A Closer Look into
 * Mixture-of-Experts in Large Language Models", arXiv 2406.18219).
 *
 * @param weights - A matrix for each expert, [E, D, H]: `layer.experts.parameters().get('w1').read()`.
 */
export function similarity(weights: tf.Tensor, { by = 'expert' }: SimilarityOptions = {}): number[][] {
  expectOneOf('moe.analysis.similarity', 'by', by, ['expert', 'neuron']);
  expectShape('moe.analysis.similarity', weights, ['E', 'D', 'H']);
  const [numExperts, width, hidden] = weights.shape as [number, number, number];
  const values = weights.dataSync<'float32'>();
  const size = width * hidden;
  const experts = Array.from({ length: numExperts }, (_, e) => values.subarray(e * size, (e + 1) * size));
  if (by === 'expert') {
    return experts.map((a) => experts.map((b) => cosine(a, b)));
  }
  const neurons = experts.map((matrix) =>
    Array.from({ length: hidden }, (_, h) =>
      Float64Array.from({ length: width }, (_unused, d) => matrix[d * hidden + h])
    )
  );
  return neurons.map((a) => neurons.map((b) => matched(a, b)));
}

function matched(a: readonly Float64Array[], b: readonly Float64Array[]): number {
  const cosines = a.map((x) => b.map((y) => cosine(x, y)));
  const forth = cosines.map((row) => Math.max(...row));
  const back = b.map((_, j) => Math.max(...cosines.map((row) => row[j])));
  return [...forth, ...back].reduce((sum, c) => sum + c, 0) / (a.length + b.length);
}
