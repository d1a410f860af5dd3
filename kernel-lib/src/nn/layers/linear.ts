import { tf } from '../../base/backend';
import { type Context, expectInteger, Module, Parameter, type Random } from '../../base/core';
import { expectWidth, whereOf } from './expectWidth';
import { constant, type Initializer, uniformFanIn } from './initializers';

export interface LinearOptions {
  /** Width of the input, D. */
  inputWidth: number;
  /** Width of the output, H. */
  outputWidth: number;
  /** Adds a bias, initially 0. Default true. */
  bias?: boolean;
  /** Of the weight. Default `uniformFanIn()`. */
  initializer?: Initializer;
  /** Stream for the initial weight. */
  random: Random;
}

/** `x weight + bias`: [..., D] to [..., H]. */
export class Linear extends Module {
  readonly kind = 'linear';
  /** [D, H]. */
  readonly weight: Parameter;
  /** [H], or null. */
  readonly bias: Parameter | null;

  constructor({ inputWidth, outputWidth, bias = true, initializer = uniformFanIn(), random }: LinearOptions) {
    super();
    expectInteger('Linear', 'inputWidth', inputWidth, 1);
    expectInteger('Linear', 'outputWidth', outputWidth, 1);
    const initial = initializer([inputWidth, outputWidth], random.child('weight'));
    this.weight = this.addParameter('weight', new Parameter(initial));
    this.bias = bias
      ? this.addParameter('bias', new Parameter(constant(0)([outputWidth], random.child('bias')), false))
      : null;
  }

  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    const weight = this.weight.read() as tf.Tensor2D;
    expectWidth(whereOf(this, ctx), x, weight.shape[0]);
    return tf.tidy(() => {
      // Rank 2 on both sides: TensorFlow.js does not sum the gradient of a broadcast operand.
      const rows = tf.matMul(x.reshape([-1, weight.shape[0]]), weight);
      const y = this.bias === null ? rows : rows.add(this.bias.read());
      return y.reshape([...x.shape.slice(0, -1), weight.shape[1]]);
    });
  }
}
