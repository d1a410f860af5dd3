import { tf } from '../../base/backend';
import { type Context, expectInteger, expectNumber, Module, Parameter } from '../../base/core';
import { rmsNormalize, standardize } from '../../base/ops';
import { expectWidth, whereOf } from './expectWidth';

export interface NormOptions {
  /** D. */
  width: number;
  /** Keeps the division safe. Default 1e-5. */
  epsilon?: number;
}

/** Layer normalisation over the last axis, with scale and shift (arXiv 1607.06450): [..., D] to [..., D]. */
export class LayerNorm extends Module {
  readonly kind = 'layer-norm';
  /** Scale, initially 1; [D]. */
  readonly weight: Parameter;
  /** Shift, initially 0; [D]. */
  readonly bias: Parameter;
  private readonly epsilon: number;

  constructor({ width, epsilon = 1e-5 }: NormOptions) {
    super();
    check('LayerNorm', width, epsilon);
    this.epsilon = epsilon;
    this.weight = this.addParameter('weight', new Parameter(tf.ones([width]), false));
    this.bias = this.addParameter('bias', new Parameter(tf.zeros([width]), false));
  }

  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    expectWidth(whereOf(this, ctx), x, this.weight.shape[0]);
    return tf.tidy(() => standardize(x, this.epsilon).mul(this.weight.read()).add(this.bias.read()));
  }
}

/** Root mean square normalisation over the last axis, with a scale (arXiv 1910.07467): [..., D] to [..., D]. */
export class RMSNorm extends Module {
  readonly kind = 'rms-norm';
  /** Scale, initially 1; [D]. */
  readonly weight: Parameter;
  private readonly epsilon: number;

  constructor({ width, epsilon = 1e-5 }: NormOptions) {
    super();
    check('RMSNorm', width, epsilon);
    this.epsilon = epsilon;
    this.weight = this.addParameter('weight', new Parameter(tf.ones([width]), false));
  }

  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    expectWidth(whereOf(this, ctx), x, this.weight.shape[0]);
    return tf.tidy(() => rmsNormalize(x, this.epsilon).mul(this.weight.read()));
  }
}

function check(where: string, width: number, epsilon: number): void {
  expectInteger(where, 'width', width, 1);
  expectNumber(where, 'epsilon', epsilon, 0);
}
