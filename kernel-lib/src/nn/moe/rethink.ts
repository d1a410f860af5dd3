import { tf } from '../../base/backend';
import { expectInteger, Module } from '../../base/core';
import type { Context } from '../../base/core';
import { layer } from './layer';
import type { MoeLayer, MoeLayerOptions } from './layer';

/** Options of `moe.rethink`. */
export interface RethinkOptions extends MoeLayerOptions {
  /** How often a token is routed, R. */
  rounds: number;
}

/** A mixture whose tokens go through it several times; see {@link rethink}. */
export interface Rethink extends Module {
  readonly moe: MoeLayer;
}

/**
 * A mixture that thinks again (GraphMoE, arXiv 2501.07890): what the experts of a round say is added to the token, which is then
 * routed anew among the same experts, R rounds in all; [..., D] to [..., D], the sum of what all rounds say. With
 * `routers.recurrent` the router's own state goes from round to round too. One round is `moe.layer`. No more parameters, R
 * times the work. Round r runs as "round0", "round1", ...
 *
 * @throws {SwitchyardError} where R is less than 1, and as `moe.layer` does.
 */
export function rethink(options: RethinkOptions): Rethink {
  expectInteger('moe.rethink', 'rounds', options.rounds, 1);
  return new RethinkingMixture(options);
}

class RethinkingMixture extends Module implements Rethink {
  readonly kind = 'rethink';
  readonly moe: MoeLayer;
  private readonly rounds: number;

  constructor({ rounds, ...options }: RethinkOptions) {
    super();
    this.rounds = rounds;
    this.moe = this.addChild('moe', layer({ ...options, random: options.random.child('moe') }));
  }

  /** The mixture works once a round. */
  override childShare(): number {
    return this.rounds;
  }

  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    return tf.tidy(() => {
      const said: tf.Tensor[] = [];
      for (let round = 0; round < this.rounds; round++) {
        const token = tf.addN([x, ...said]);
        said.push(this.moe.apply(token, ctx.within(`round${round}`).within('moe')));
      }
      return tf.addN(said);
    });
  }
}
