import { tf } from '../../base/backend';
import { Axis, type Context, expectInteger, expectNumber, Module, Parameter, type Size, sizeOf } from '../../base/core';
import { layerNormalize, rmsScale } from '../../base/ops';
import { expectWidth, whereOf } from './expectWidth';

/** Options of a norm. */
export interface NormOptions {
  /** D. */
  width: Size;
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
    check('layers.LayerNorm', width, epsilon);
    const axis = Axis.of('width', width);
    this.epsilon = epsilon;
    this.weight = this.addParameter('weight', vector(axis, 1));
    this.bias = this.addParameter('bias', vector(axis, 0));
  }

  /** The stored scale; [D]. */
  scale(): tf.Tensor {
    return this.weight.variable.clone();
  }

  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    return tf.tidy(() => {
      const weight = this.weight.read();
      expectWidth(whereOf(this, ctx), x, weight.size);
      return layerNormalize(x, weight, this.bias.read(), this.epsilon);
    });
  }
}

/** Options of `layers.RMSNorm`. */
export interface RMSNormOptions extends NormOptions {
  /** Added to the scale, whose initial value is 1 less. Default 0. */
  offset?: number;
}

/** Root mean square normalisation over the last axis, with a scale (arXiv 1910.07467): [..., D] to [..., D]. */
export class RMSNorm extends Module {
  readonly kind = 'rms-norm';
  /** Scale less `offset`; [D]. */
  readonly weight: Parameter;
  private readonly epsilon: number;
  private readonly offset: number;

  constructor({ width, epsilon = 1e-5, offset = 0 }: RMSNormOptions) {
    super();
    check('layers.RMSNorm', width, epsilon);
    expectNumber('layers.RMSNorm', 'offset', offset);
    this.epsilon = epsilon;
    this.offset = offset;
    this.weight = this.addParameter('weight', vector(width, 1 - offset));
  }

  /** The stored scale, `offset` added; [D]. */
  scale(): tf.Tensor {
    return this.weight.variable.add(this.offset);
  }

  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    return tf.tidy(() => {
      const weight = this.weight.read();
      expectWidth(whereOf(this, ctx), x, weight.size);
      return rmsScale(x, this.offset === 0 ? weight : weight.add(this.offset), this.epsilon);
    });
  }
}

function vector(width: Size, value: number): Parameter {
  return Parameter.over([Axis.of('width', width)], (shape) => tf.fill(shape, value), { decay: false });
}

function check(where: string, width: Size, epsilon: number): void {
  expectInteger(where, 'width', sizeOf(width), 1);
  expectNumber(where, 'epsilon', epsilon, 0);
}
