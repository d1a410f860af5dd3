import { expectInteger, Random, refuseOldNames } from '../../base/core';
import { expertsOf } from '../../nn/experts';
import type { ExpertSpec } from '../../nn/experts';
import type { RouterSpec } from '../../nn/routers';
import type { FeedForwardSpec, MoeFeedForward } from '../feedForward';
import { resolveSize } from '../size';
import type { TransformerSize } from '../size';
import { defaultHidden } from './denseTransformer';
import { Transformer } from './transformer';
import type { TransformerOptions } from './transformer';

export interface MoeTransformerOptions extends TransformerSize {
  /** Experts of a layer, E. */
  experts: number;
  /**
   * Decides which experts work on a token: `routers.topK({ k: 2 })`, or one for each block, from 0:
   * `(block) => routers.topK({ k: ks[block] })` with `moe.schedule`.
   */
  router: RouterSpec | ((block: number) => RouterSpec);
  /** Kind of the experts, any that needs no live module; "plain" (two matrices) and "gated" (SwiGLU, three) by name. Default "plain". */
  expertKind?: 'plain' | 'gated' | ExpertSpec;
  /**
   * Width inside an expert, H. Default: that of a dense network of the usual cost (4 D, gated 8/3 D) shared among the experts
   * that work on a token, so that a token costs the same whatever K is.
   */
  hidden?: number;
  /** Every how many-th block has experts; the others are dense. Default 1: all. */
  every?: number;
  /** See `moe.layer`. Default null: nothing is dropped. */
  capacityFactor?: number | null;
  /** Experts that work on every token besides. Default 0. */
  sharedExperts?: number;
}

/**
 * A causal transformer whose feed-forward networks are mixtures of experts (GShard, arXiv 2006.16668).
 *
 * @throws {SwitchyardError} where a size is out of range, or the router chooses more experts than there are.
 */
export function moeTransformer(options: MoeTransformerOptions): Transformer {
  return new Transformer(resolveMoeTransformer(options));
}

/** Checks the options and says what each block is made of. */
export function resolveMoeTransformer(options: MoeTransformerOptions): TransformerOptions {
  refuseOldNames('models.moeTransformer', options, { numExperts: 'experts' });
  const { layers, ...size } = resolveSize('models.moeTransformer', options);
  const { every = 1 } = options;
  expectInteger('models.moeTransformer', 'every', every, 1, layers);
  const { router, expertKind = 'plain' } = options;
  const routed = (block: number): MoeFeedForward =>
    resolveFeedForward(options, typeof router === 'function' ? router(block) : router, size.width);
  const { gated = false } = expertsOf(expertKind);
  const dense: FeedForwardSpec = { kind: 'dense', hidden: defaultHidden(size.width, gated), gated };
  const feedForwards = Array.from({ length: layers }, (_, i) => ((i + 1) % every === 0 ? routed(i) : dense));
  return { ...size, feedForwards };
}

function resolveFeedForward(options: MoeTransformerOptions, router: RouterSpec, width: number): MoeFeedForward {
  const { experts: numExperts, expertKind: experts = 'plain', capacityFactor = null, sharedExperts = 0 } = options;
  expectInteger('models.moeTransformer', 'experts', numExperts, 1);
  expectInteger('models.moeTransformer', 'sharedExperts', sharedExperts, 0);
  const working = choices(router, width, numExperts) + sharedExperts;
  const { hidden = Math.max(1, Math.round(defaultHidden(width, expertsOf(experts).gated) / working)) } = options;
  return { kind: 'moe', router, experts: numExperts, hidden, expertKind: experts, capacityFactor, sharedExperts };
}

// Only a built router says how many experts it chooses on average.
function choices(router: RouterSpec, width: number, numExperts: number): number {
  const built = router.build({ width, numExperts, random: Random.fromSeed(0) });
  built.dispose();
  return built.meanK;
}
