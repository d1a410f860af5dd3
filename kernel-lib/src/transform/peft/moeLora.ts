import { tf } from '../../base/backend';
import { expectInteger, expectNumber, expectOneOf, fail, Random, refuseOldNames } from '../../base/core';
import type { Module } from '../../base/core';
import { isFeedForward, loraExperts } from '../../nn/experts/loraExperts';
import { Linear } from '../../nn/layers';
import type { FeedForward, GatedFeedForward } from '../../nn/layers';
import * as moe from '../../nn/moe';
import * as routers from '../../nn/routers';
import { Adapters } from './adapters';
import type { AdapterPart } from './adapters';
import { CoreSpace } from './coreSpace';
import { GatedRanks } from './gatedRanks';
import { loraParts } from './lora';
import type { LoraOptions } from './lora';
import { targetModules } from './targets';
import type { Targets } from './targets';

/** Granularity of an expert: a whole adapter, one rank of an adapter, or a matrix between two factors that all share. */
export type Granularity = 'adapter' | 'rank' | 'coreSpace';

const GRANULARITIES: readonly Granularity[] = ['adapter', 'rank', 'coreSpace'];

/** Options of `peft.moeLora`. */
export interface MoeLoraOptions {
  /** Linear modules; with "adapter" also feed-forward networks ("layers.*.feedForward"), whose experts are then whole networks. */
  targets: Targets;
  granularity: Granularity;
  /** E. With "rank" it is the rank, and not given. */
  experts?: number;
  /** r: of each adapter; of all experts together with "rank"; of the shared factors with "coreSpace". */
  rank: number;
  /** Changes are multiplied by alpha / r. Default: r. */
  alpha?: number;
  /** Decides for each token. Default: `routers.topK` with `k` choices, renormalised. */
  router?: routers.RouterSpec;
  /** Choices of the default router. Default 2; with "coreSpace" all, a soft mixture. */
  k?: number;
  /** Coefficient of the default router's balancing loss. Default 0.01. */
  balanceLoss?: number;
  /** Plain adapters besides, as on attention projections (MixLoRA). */
  lora?: LoraOptions;
  /** Seed of the initial parameters. Default 0. */
  seed?: number;
}

/**
 * Mixtures of low-rank adapters whose router sees each token, around modules of a model that stays as it is: MixLoRA
 * (arXiv 2404.15159) on feed-forward networks, SMoRA (arXiv 2501.15103) with "rank", CoMoL with "coreSpace". Nothing changes
 * at first (in a network whose router's weights sum to 1). Parameters are "<path of the module>.*".
 *
 * @throws {SwitchyardError} where an option is out of range, or a target is of another kind.
 */
export function moeLora(model: Module, options: MoeLoraOptions): Adapters {
  const { targets, seed = 0, lora } = options;
  const resolved = resolve(options);
  const random = Random.fromSeed(seed).child('moeLora');
  const networks = resolved.granularity === 'adapter';
  const modules = targetModules('peft.moeLora', model, targets, {
    is: (module): module is Linear | FeedForward | GatedFeedForward =>
      module instanceof Linear || (networks && isFeedForward(module)),
    kinds: networks ? 'linear or a feed-forward network' : 'linear'
  });
  const parts =
    lora === undefined ? new Map<string, AdapterPart>() : loraParts('peft.moeLora', model, { seed, ...lora });
  for (const [path, module] of modules) {
    const part =
      module instanceof Linear
        ? beside(module, resolved, random.child(path))
        : instead(module, resolved, random.child(path));
    parts.set(path, part);
  }
  return new Adapters('moe-lora', model, parts);
}

interface Resolved {
  granularity: Granularity;
  experts: number;
  rank: number;
  alpha: number;
  router: routers.RouterSpec;
}

function resolve(options: MoeLoraOptions): Resolved {
  const where = 'peft.moeLora';
  refuseOldNames(where, options, { topK: 'k' });
  const { granularity, rank, balanceLoss = 0.01 } = options;
  expectOneOf(where, 'granularity', granularity, GRANULARITIES);
  expectInteger(where, 'rank', rank, 1);
  const ofRank = granularity === 'rank';
  if (ofRank && options.experts !== undefined && options.experts !== rank) {
    fail(where, `experts are the ranks (${rank}) where granularity is "rank"`, options.experts);
  }
  const { alpha = ofRank ? 1 : rank, experts = ofRank ? rank : fail(where, 'experts must be given', undefined) } =
    options;
  expectNumber(where, 'alpha', alpha);
  expectInteger(where, 'experts', experts, 1);
  const { k = granularity === 'coreSpace' ? experts : Math.min(2, experts) } = options;
  const balance = { loss: { convention: 'switch' as const, coefficient: balanceLoss } };
  const { router = routers.topK({ k, renormalize: true, balance: balanceLoss === 0 ? {} : balance }) } = options;
  return { granularity, experts, rank, alpha, router };
}

// What the adapter makes of a token is added to what the linear module does.
function beside(linear: Linear, { granularity, rank, ...shared }: Resolved, random: Random): AdapterPart {
  const [inputs, outputs] = linear.weight.axes;
  const shape = { inputs, outputs, random, ...shared };
  const module =
    granularity === 'coreSpace' ? new CoreSpace(shape, rank) : new GatedRanks(shape, granularity === 'rank' ? 1 : rank);
  return {
    module,
    attach: () =>
      linear.intercept((inner, x, ctx) => tf.tidy(() => inner(x).add(module.apply(x, ctx.within('adapter')))))
  };
}

// The network itself is part of every expert, so that the router stands before the nonlinearity.
function instead(
  base: FeedForward | GatedFeedForward,
  { experts: numExperts, rank, alpha, router }: Resolved,
  random: Random
): AdapterPart {
  const [width, hidden] = base.w1.weight.axes;
  const experts = loraExperts({ base: 'base', rank, alpha });
  const module = moe.layer({ router, experts: numExperts, width, hidden, expertKind: experts, live: { base }, random });
  return { module, attach: () => base.intercept((_inner, x, ctx) => module.apply(x, ctx)) };
}
