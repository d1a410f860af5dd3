import { tf } from '../../base/backend';
import { expectInteger, fail, Module, stateKey } from '../../base/core';
import type { Context } from '../../base/core';
import * as ops from '../../base/ops';
import { MODALITY_IDS } from '../stateKeys';

/** Options of `moe.Untied`. */
export interface UntiedOptions {
  /** Modules, one a modality, M. */
  count: number;
  /** The module of a modality; all of one shape: [..., D] to [..., F], each token by itself. */
  build: (modality: number) => Module;
  /** State of the pass that holds the modality of each token, int32 [T], 0..M-1. Default "modalityIds". */
  by?: string;
}

/**
 * A norm, a projection, a feed-forward network of which each modality has its own (Mixture-of-Transformers, arXiv 2411.04996):
 * [..., D] to [..., F]. A token costs what it does in one of them; those whose modality is not there are not run and get no
 * gradient. Named "0", "1", ...
 *
 * @throws {SwitchyardError} where M is less than 1; in `apply`, where the pass does not hold a modality for each token.
 */
export function untied(options: UntiedOptions): Untied {
  const { count, build, by = MODALITY_IDS.name } = options;
  expectInteger('moe.untied', 'count', count, 1);
  return new Untied(
    Array.from({ length: count }, (_, modality) => build(modality)),
    by
  );
}

export class Untied extends Module {
  readonly kind = 'untied';

  constructor(
    private readonly each: readonly Module[],
    private readonly by: string
  ) {
    super();
    each.forEach((module, modality) => this.addChild(`${modality}`, module));
  }

  /** A token has one modality; each is taken to have as many tokens. */
  override childShare(): number {
    return 1 / this.each.length;
  }

  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    const width = x.shape[x.rank - 1];
    const numTokens = x.size / width;
    const ids = ctx.getState(stateKey(this.by));
    if (ids === null || ids.size !== numTokens) {
      fail(ctx.path || this.kind, `the pass must hold ${numTokens} "${this.by}"`, ids === null ? null : ids.size);
    }
    const numExperts = this.each.length;
    const plan = ops.planDispatch(Int32Array.from(ids.dataSync()), { numTokens, k: 1, numExperts });
    return tf.tidy(() => {
      const rows = tf.split(ops.dispatch(x.reshape([-1, width]), plan), [...plan.counts]);
      const outputs = this.each.flatMap((module, modality) =>
        plan.counts[modality] === 0 ? [] : [module.apply(rows[modality], ctx.within(`${modality}`)) as tf.Tensor2D]
      );
      const back = ops.combine(tf.concat2d(outputs, 0), tf.ones([numTokens, 1]), plan);
      return back.reshape([...x.shape.slice(0, -1), back.shape[1]]);
    });
  }
}
