import { tf } from '../../../base/backend';
import {
  Axis,
  type Context,
  expectInteger,
  expectNumber,
  Module,
  type Random,
  type Size,
  given
} from '../../../base/core';
import { Linear } from '../../layers';

/** Options of `graph.RandomNodeFeatures`. */
export interface RandomNodeFeaturesOptions {
  inputWidth: Size;
  /** W. */
  outputWidth: number;
  /** Share of the output that is random, in 0..1. */
  fraction: number;
  random: Random;
}

/**
 * Random node initialisation (RNI, arXiv 2010.01179): what a node holds is mapped to a part of the width, and the rest is normal noise, drawn anew in each pass from its stream; nodes [N, F] to [N, W]. Networks that follow tell
 * graphs apart that no message passing does, and stay invariant in expectation.
 */
export class RandomNodeFeatures extends Module {
  readonly kind = 'random-node-features';
  private readonly map: Linear | null;
  private readonly drawn: number;

  constructor(options: RandomNodeFeaturesOptions) {
    const { inputWidth, outputWidth, fraction, random } = given('graph.RandomNodeFeatures', options);
    super();
    expectInteger('graph.RandomNodeFeatures', 'outputWidth', outputWidth, 1);
    expectNumber('graph.RandomNodeFeatures', 'fraction', fraction, 0, 1);
    this.drawn = Math.round(fraction * outputWidth);
    const kept = Axis.of('outputs', outputWidth - this.drawn);
    this.map = kept.size === 0 ? null : this.addChild('map', new Linear({ inputWidth, outputWidth: kept, random: random.child('map') })); // prettier-ignore
  }

  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    return tf.tidy(() => {
      const parts = [
        ...(this.map === null ? [] : [this.map.apply(x, ctx.within('map'))]),
        ...(this.drawn === 0 ? [] : [ctx.random.normal([x.shape[0]!, this.drawn])])
      ];
      return parts.length === 1 ? parts[0].clone() : tf.concat(parts, 1);
    });
  }
}
