import { tf } from '../../base/backend';
import { Axis, expectInteger, fail, Module, sizeOf } from '../../base/core';
import type { Context } from '../../base/core';
import { Linear } from '../layers';
import { layer } from './layer';
import type { MoeLayer, MoeLayerOptions } from './layer';

/** Options of `moe.multiHead`. */
export interface MultiHeadOptions extends MoeLayerOptions {
  /** Sub-tokens of a token, h; they divide the width D. */
  heads: number;
}

/** A mixture on sub-tokens; see {@link multiHead}. */
export interface MultiHeadMoe extends Module {
  /** Mixes features before the token is split. */
  readonly head: Linear;
  /** On sub-tokens, [..., D / h]. */
  readonly moe: MoeLayer;
  /** Mixes what comes back. */
  readonly merge: Linear;
}

/**
 * Splits each token into h sub-tokens, routes each by itself and puts the results together again: [..., D] to [..., D]
 * (MH-MoE, arXiv 2411.16205), with a linear map before and after. `width` is D, `hidden` the width inside an expert.
 *
 * @throws {SwitchyardError} where the heads do not divide the width, and as `moe.layer` does.
 */
export function multiHead(options: MultiHeadOptions): MultiHeadMoe {
  const { heads, width } = options;
  expectInteger('moe.multiHead', 'width', sizeOf(width), 1);
  expectInteger('moe.multiHead', 'heads', heads, 1, sizeOf(width));
  if (sizeOf(width) % heads !== 0) {
    fail('moe.multiHead', `heads must divide the width (${sizeOf(width)})`, heads);
  }
  return new MultiHead(options);
}

class MultiHead extends Module implements MultiHeadMoe {
  readonly kind = 'multi-head-moe';
  readonly head: Linear;
  readonly moe: MoeLayer;
  readonly merge: Linear;
  private readonly heads: number;
  private readonly subWidth: Axis;

  constructor(options: MultiHeadOptions) {
    super();
    const { heads, random } = options;
    const width = Axis.of('width', options.width);
    this.subWidth = Axis.of('subWidth', width.size / heads);
    const split = Axis.product('heads x subWidth', Axis.fixed('heads', heads), this.subWidth);
    const linear = (name: string, inputWidth: Axis, outputWidth: Axis): Linear =>
      this.addChild(name, new Linear({ inputWidth, outputWidth, bias: false, random: random.child(name) }));
    this.heads = heads;
    this.head = linear('head', width, split);
    this.moe = this.addChild('moe', layer({ ...options, width: this.subWidth, random: random.child('moe') }));
    this.merge = linear('merge', split, width);
  }

  /** Each sub-token is routed by itself. */
  override childShare(name: string): number {
    return name === 'moe' ? this.heads : 1;
  }

  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    return tf.tidy(() => {
      const mixed = this.head.apply(x, ctx.within('head'));
      const subTokens = mixed.reshape([-1, this.subWidth.size]);
      const routed = this.moe.apply(subTokens, ctx.within('moe'));
      return this.merge.apply(routed.reshape(mixed.shape), ctx.within('merge'));
    });
  }
}
