import { tf } from '../base/backend';
import { Axis, expectInteger, expectOneOf, expectShape, Module, Random } from '../base/core';
import type { Context } from '../base/core';
import { activate, ACTIVATIONS, BatchNorm, Linear } from '../nn/layers';
import type { Activation } from '../nn/layers';
import { modelSpecs, specOf } from './spec';
import type { ModelSpec } from './spec';

/** Options of `models.Mlp`. */
export interface MlpOptions {
  /** Values that come in, F; inputs of more dimensions are flattened. */
  inputWidth: number;
  /** Widths inside, from the input on. */
  hidden: readonly number[];
  /** Values that come out, P: logits of classes, or predictions. */
  outputWidth: number;
  /** Default "relu". */
  activation?: Activation;
  /** A batch norm before each activation, "norm0" and so on. Default false. */
  batchNorm?: boolean;
  /** Seed of the initial parameters. Default 0. */
  seed?: number;
}

/** Multilayer perceptron; see {@link mlp}. */
export class Mlp extends Module {
  readonly kind = 'mlp';
  private readonly layers: readonly Linear[];
  private readonly norms: readonly BatchNorm[];

  constructor(
    readonly options: MlpOptions,
    /** Stream for the initial parameters. Default: from the seed. */
    random = Random.fromSeed(options.seed ?? 0).child('mlp')
  ) {
    super();
    const { inputWidth, hidden, outputWidth, activation = 'relu' } = options;
    expectInteger('models.mlp', 'inputWidth', inputWidth, 1);
    hidden.forEach((width, i) => expectInteger('models.mlp', `hidden[${i}]`, width, 1));
    expectInteger('models.mlp', 'outputWidth', outputWidth, 1);
    expectOneOf('models.mlp', 'activation', activation, ACTIVATIONS);
    const axes = [
      Axis.of('inputs', inputWidth).pin('the data have them'),
      ...hidden.map((width) => Axis.of('hidden', width)),
      Axis.of('outputs', outputWidth).pin('the data have them')
    ];
    this.layers = axes
      .slice(1)
      .map((outputs, i) =>
        this.addChild(`${i}`, new Linear({ inputWidth: axes[i], outputWidth: outputs, random: random.child(i) }))
      );
    this.norms = options.batchNorm
      ? axes.slice(1, -1).map((channels, i) => this.addChild(`norm${i}`, new BatchNorm({ channels })))
      : [];
  }

  /** Specification that builds it, as plain JSON. */
  get spec(): ModelSpec {
    return specOf(this);
  }

  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    const { activation = 'relu' } = this.options;
    return tf.tidy(() => {
      const rows = x.reshape([x.shape[0] ?? 0, -1]);
      expectShape(ctx.path || 'models.mlp', rows, ['B', this.options.inputWidth]);
      return this.layers.reduce<tf.Tensor>((inner, layer, i) => {
        const mapped = layer.apply(inner, ctx.within(`${i}`));
        const y = i < this.norms.length ? this.norms[i].apply(mapped, ctx.within(`norm${i}`)) : mapped;
        return i === this.layers.length - 1 ? y : activate(activation, y, ctx.within(`${i}`));
      }, rows);
    });
  }
}

/**
 * A multilayer perceptron: linear maps with biases and an activation between them, [B, ...] to [B, P]. Paths: "0.weight", "0.bias", "1.weight", ...
 *
 * @throws {SwitchyardError} where a width is out of range.
 */
export function mlp(options: MlpOptions): Mlp {
  return new Mlp(options);
}

modelSpecs.register('mlp', (options: MlpOptions) => ({
  kind: 'mlp',
  options: { ...options },
  build: (random) => new Mlp(options, random)
}));
