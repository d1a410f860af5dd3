import { tf } from '../../base/backend';
import { Axis, type Context, expectInteger, Module, Parameter, type Random, type Size, sizeOf } from '../../base/core';
import { expectWidth, whereOf } from './expectWidth';
import { initialize, type Initializer, uniformFanIn } from './initializers';

export interface LinearOptions {
  /** Width of the input, D. */
  inputWidth: Size;
  /** Width of the output, H. */
  outputWidth: Size;
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
  /** Name of the parameter that rows of its input are multiplied with. */
  readonly multiplies = 'weight';
  /** [D, H]. */
  readonly weight: Parameter;
  /** [H], or null. */
  readonly bias: Parameter | null;

  constructor({ inputWidth, outputWidth, bias = true, initializer = uniformFanIn(), random }: LinearOptions) {
    super();
    expectInteger('layers.Linear', 'inputWidth', sizeOf(inputWidth), 1);
    expectInteger('layers.Linear', 'outputWidth', sizeOf(outputWidth), 1);
    const axes = [Axis.of('inputs', inputWidth), Axis.of('outputs', outputWidth)];
    const make = (shape: number[]): tf.Tensor => initialize(initializer, shape, random.child('weight'));
    this.weight = this.addParameter('weight', Parameter.over(axes, make));
    this.bias = bias ? this.addParameter('bias', Parameter.over([axes[1]], tf.zeros, { decay: false })) : null;
  }

  /** Rows of an input; [R, D]. */
  multiplied(x: tf.Tensor): tf.Tensor2D {
    return x.reshape([-1, x.shape.at(-1)!]);
  }

  override ownFlops(): number {
    const [inputs, outputs] = this.weight.axes;
    return 2 * inputs.size * outputs.size;
  }

  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    return tf.tidy(() => {
      const weight = this.weight.read() as tf.Tensor2D;
      expectWidth(whereOf(this, ctx), x, weight.shape[0]);
      // Rank 2 on both sides: TensorFlow.js does not sum the gradient of a broadcast operand.
      const rows = tf.matMul(x.reshape([-1, weight.shape[0]]), weight);
      const y = this.bias === null ? rows : rows.add(this.bias.read());
      return y.reshape([...x.shape.slice(0, -1), weight.shape[1]]);
    });
  }
}
