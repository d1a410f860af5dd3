import { tf } from '../base/backend';
import { Axis, expectInteger, expectShape, Module, Random } from '../base/core';
import type { Context } from '../base/core';
import { Embedding, Linear, normal, Recurrent, Sequential } from '../nn/layers';
import type { RecurrentCell } from '../nn/layers';
import { modelSpecs, specOf } from './spec';
import type { ModelSpec } from './spec';

/** Options of `models.RecurrentNetwork`. */
export interface RecurrentNetworkOptions {
  /** Symbols, V. */
  vocabSize: number;
  /** Width of a symbol's vector, D. */
  width: number;
  /** Widths of the recurrent layers' states, from the input on. */
  hidden: readonly number[];
  /** Cell of all recurrent layers. Default "lstm". */
  cell?: RecurrentCell;
  /** Classes of a sequence, C. */
  classes: number;
  /** Seed of the initial parameters. Default 0. */
  seed?: number;
}

/** See {@link recurrentNetwork}. Paths: "tokens", "layers.0.input", "layers.0.recurrent", ..., "head". */
export class RecurrentNetwork extends Module {
  readonly kind = 'recurrent-network';
  private readonly tokens: Embedding;
  private readonly layers: Sequential;
  private readonly head: Linear;

  constructor(
    readonly options: RecurrentNetworkOptions,
    /** Stream for the initial parameters. Default: from the seed. */
    random = Random.fromSeed(options.seed ?? 0).child('recurrent')
  ) {
    super();
    const where = 'models.recurrentNetwork';
    const { vocabSize, width, hidden, cell = 'lstm', classes } = options;
    Object.entries({ vocabSize, width, classes }).forEach(([name, value]) => expectInteger(where, name, value, 1));
    expectInteger(where, 'the number of recurrent layers', hidden.length, 1);
    hidden.forEach((size, i) => expectInteger(where, `hidden[${i}]`, size, 1));
    const axes = [Axis.of('width', width), ...hidden.map((size) => Axis.of('hidden', size))];
    const symbols = Axis.of('ids', vocabSize).pin('the data have them');
    this.tokens = this.addChild('tokens', new Embedding({ count: symbols, width: axes[0], initializer: normal(1), random: random.child('tokens') })); // prettier-ignore
    const layers = axes.slice(1).map((to, i) => new Recurrent({ inputWidth: axes[i], hidden: to, cell, random: random.child('layers').child(i) })); // prettier-ignore
    this.layers = this.addChild('layers', new Sequential(layers));
    const outputs = Axis.of('classes', classes).pin('the data have them');
    this.head = this.addChild('head', new Linear({ inputWidth: axes.at(-1)!, outputWidth: outputs, random: random.child('head') })); // prettier-ignore
  }

  /** Specification that builds it, as plain JSON. */
  get spec(): ModelSpec {
    return specOf(this);
  }

  /** The head works on a sequence once. */
  override lengthWithin(child: string, length: number): number {
    return child === 'head' ? 1 : length;
  }

  override apply(ids: tf.Tensor, ctx: Context): tf.Tensor {
    expectShape(ctx.path || 'models.recurrentNetwork', ids, ['B', 'N']);
    return tf.tidy(() => {
      const states = this.layers.apply(this.tokens.apply(ids, ctx.within('tokens')), ctx.within('layers'));
      const [batch, length, width] = states.shape;
      const last = states.slice([0, length - 1, 0], [-1, 1, -1]).reshape([batch, width]);
      return this.head.apply(last, ctx.within('head'));
    });
  }
}

/**
 * A recurrent network that classifies sequences of symbols: int32 [B, N] to logits [B, C], read from the state at the last position. Shorter sequences are
 * padded in front, with a symbol of their own.
 *
 * @throws {SwitchyardError} where a size is out of range.
 */
export function recurrentNetwork(options: RecurrentNetworkOptions): RecurrentNetwork {
  return new RecurrentNetwork(options);
}

modelSpecs.register('recurrent-network', (options: RecurrentNetworkOptions) => ({
  kind: 'recurrent-network',
  options: { ...options },
  build: (random) => new RecurrentNetwork(options, random)
}));
