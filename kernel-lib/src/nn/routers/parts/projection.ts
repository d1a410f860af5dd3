import type { tf } from '../../../base/backend';
import { Parameter } from '../../../base/core';
import type { Random } from '../../../base/core';

/**
 * The matrix [D, E] that makes logits from tokens. Normal with variance 0.1 / D: small first logits keep early
 * routing near even (Switch Transformers, section 2.4, arXiv 2101.03961).
 */
export function projectionWeight(width: number, numExperts: number, random: Random): Parameter {
  return new Parameter(random.normal([width, numExperts], 0, Math.sqrt(0.1 / width)));
}

/** Tokens [T, D] to logits [T, E]. */
export function project(x: tf.Tensor2D, weight: Parameter): tf.Tensor2D {
  return x.matMul(weight.read() as tf.Tensor2D) as tf.Tensor2D;
}
