import type { tf } from '../../../base/backend';
import { Parameter } from '../../../base/core';
import type { Axis, Random } from '../../../base/core';
import { multiply } from '../../../base/ops';

/**
 * The matrix [D, E] that makes logits from tokens. Normal with variance 0.1 / D: small first logits keep early
 * routing near even (Switch Transformers, section 2.4, arXiv 2101.03961).
 */
export function projectionWeight(inputs: Axis, outputs: Axis, random: Random): Parameter {
  return Parameter.over([inputs, outputs], (shape) => random.normal(shape, 0, Math.sqrt(0.1 / shape[0])));
}

/** Tokens [T, D] to logits [T, E]. */
export function project(x: tf.Tensor2D, weight: Parameter): tf.Tensor2D {
  return multiply(x, weight);
}

/** Operations of {@link project} on one token. */
export function projectFlops(weight: Parameter | null): number {
  return weight === null ? 0 : 2 * weight.axes[0].size * weight.axes[1].size;
}
