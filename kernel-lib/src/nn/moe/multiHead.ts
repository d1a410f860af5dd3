import { tf } from '../../base/backend';
import { expectInteger, fail, Module } from '../../base/core';
import type { Context } from '../../base/core';
import { Linear } from '../layers';
import { layer } from './layer';
import type { MoeLayer, MoeLayerOptions } from './layer';

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
  expectInteger('multiHead', 'width', width, 1);
  expectInteger('multiHead', 'heads', heads, 1, width);
  if (width % heads !== 0) {
    fail('multiHead', `heads must divide the width (${width})`, heads);
  }
  return new MultiHead(options);
}

class MultiHead extends Module implements MultiHeadMoe {
  readonly kind = 'multi-head-moe';
  readonly head: Linear;
  readonly moe: MoeLayer;
  readonly merge: Linear;

  constructor(private readonly options: MultiHeadOptions) {
    super();
    const { heads, width, random } = options;
    const linear = (name: string): Linear =>
      this.addChild(
        name,
        new Linear({ inputWidth: width, outputWidth: width, bias: false, random: random.child(name) })
      );
    this.head = linear('head');
    this.moe = this.addChild('moe', layer({ ...options, width: width / heads, random: random.child('moe') }));
    this.merge = linear('merge');
  }

  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    const { heads, width } = this.options;
    return tf.tidy(() => {
      const mixed = this.head.apply(x, ctx.within('head'));
      const subTokens = mixed.reshape([-1, width / heads]);
      const routed = this.moe.apply(subTokens, ctx.within('moe'));
      return this.merge.apply(routed.reshape(x.shape), ctx.within('merge'));
    });
  }
}
