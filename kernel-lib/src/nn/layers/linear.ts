import { tf } from '../../base/backend';
import {
  Axis,
  type Context,
  expectInteger,
  fail,
  Module,
  Parameter,
  type Random,
  type Size,
  sizeOf
} from '../../base/core';
import { multiply } from '../../base/ops';
import { expectWidth, whereOf } from './expectWidth';
import { initialize, type Initializer, uniformFanIn } from './initializers';

/** Options of `layers.Linear`. */
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

/**
 * `x weight + bias`: [..., D] to [..., H]. With {@link Linear.factor} the weight is `down up`, down [D, r] and up [r, H], and never made: products are of
 * the cost of the rank.
 */
export class Linear extends Module {
  readonly kind = 'linear';
  /** [H], or null. */
  readonly bias: Parameter | null;
  private whole: Parameter | null;
  private factors: { down: Parameter; up: Parameter } | null = null;

  constructor({ inputWidth, outputWidth, bias = true, initializer = uniformFanIn(), random }: LinearOptions) {
    super();
    expectInteger('layers.Linear', 'inputWidth', sizeOf(inputWidth), 1);
    expectInteger('layers.Linear', 'outputWidth', sizeOf(outputWidth), 1);
    const axes = [Axis.of('inputs', inputWidth), Axis.of('outputs', outputWidth)];
    const make = (shape: number[]): tf.Tensor => initialize(initializer, shape, random.child('weight'));
    this.whole = this.addParameter('weight', Parameter.over(axes, make));
    this.bias = bias ? this.addParameter('bias', Parameter.over([axes[1]], tf.zeros, { decay: false })) : null;
  }

  /**
   * [D, H].
   *
   * @throws {SwitchyardError} where it is factored.
   */
  get weight(): Parameter {
    return this.whole ?? fail('layers.Linear', 'the weight must be whole', `factors of rank ${this.rank}`);
  }

  /** r, where the weight is factored; else null. */
  get rank(): number | null {
    return this.factors === null ? null : this.factors.down.axes[1].size;
  }

  /** Name of the parameter that rows of its input are multiplied with. */
  get multiplies(): 'weight' | 'down' {
    return this.factors === null ? 'weight' : 'down';
  }

  /**
   * Replaces the weight by factors "down" [D, r] and "up" [r, H], for good.
   *
   * @param values - Of both; default: zeros, to be filled. The caller keeps them.
   * @throws {SwitchyardError} where it is factored already or masked, or the rank is less than 1.
   */
  factor(rank: number, values?: { down: tf.Tensor; up: tf.Tensor }): void {
    const { axes, trainable } = this.weight;
    expectInteger('layers.Linear', 'rank', rank, 1);
    if (this.buffers().has('weightMask')) {
      fail('layers.Linear', 'a weight that is factored must not be masked', 'a mask');
    }
    const [inputs, outputs] = axes;
    const r = Axis.of('rank', rank);
    const make = (name: 'down' | 'up', of: Axis[]): Parameter => {
      const parameter = Parameter.over(of, (shape) => values?.[name].clone() ?? tf.zeros(shape));
      parameter.trainable = trainable;
      return parameter;
    };
    const factors = { down: make('down', [inputs, r]), up: make('up', [r, outputs]) };
    this.removeParameter('weight');
    this.whole = null;
    this.addParameter('down', factors.down);
    this.addParameter('up', factors.up);
    this.factors = factors;
  }

  /** Rows of an input; [R, D]. */
  multiplied(x: tf.Tensor): tf.Tensor2D {
    return x.reshape([-1, x.shape.at(-1)!]);
  }

  override ownFlops(): number {
    const matrices = this.factors === null ? [this.weight] : [this.factors.down, this.factors.up];
    return matrices.reduce((sum, { axes: [inputs, outputs] }) => sum + 2 * inputs.size * outputs.size, 0);
  }

  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    return tf.tidy(() => {
      const { factors } = this;
      const first = factors?.down ?? this.weight;
      expectWidth(whereOf(this, ctx), x, first.axes[0].size);
      const inner = multiply(x, first);
      const y = factors === null ? inner : multiply(inner, factors.up);
      return this.bias === null ? y : y.add(this.bias.read());
    });
  }
}
