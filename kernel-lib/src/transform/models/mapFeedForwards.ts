import { expectOneOf, fail, maskedPaths, masksAt, Random, sizeOf } from '../../base/core';
import type { Module } from '../../base/core';
import type { BlockModel } from '../../models/blockModel';
import { copyValues } from '../../models/copyValues';
import { factorAt, ranksOf } from '../../models/factors';
import { feedForwardName } from '../../models/feedForward';
import type { DenseFeedForward, FeedForwardSpec, MoeFeedForward } from '../../models/feedForward';
import { resize, sizesOf } from '../../models/spec';
import { FeedForward, GatedFeedForward } from '../../nn/layers';
import { isMoeLayer } from '../../nn/moe';
import type { MoeLayer, TokenIndexed } from '../../nn/moe';

/** Feed-forward network or mixture of a block. */
export type FeedForwardModule = FeedForward | GatedFeedForward | MoeLayer | TokenIndexed;

/**
 * A new model in which `change` has replaced what works on each token alone: the way to transform a whole model,
 * `models.mapFeedForwards(dense, (ffn) => moe.upcycle(ffn, { ... }).layer)`. All else is copied; `model` stays as it is. The
 * modules that `change` makes are copied too, and disposed; where it gives back what it got, the block stays.
 *
 * @throws {SwitchyardError} for a model whose blocks are shared, or that is not one stack of blocks.
 */
export function mapFeedForwards<M extends BlockModel>(
  model: M,
  change: (feedForward: FeedForwardModule, block: number) => FeedForwardModule
): M {
  const { feedForwards, sharing = 'none' } = model.options;
  if (!Array.isArray(feedForwards)) {
    fail('models.mapFeedForwards', 'the model must be one stack of blocks', model.kind);
  }
  expectOneOf('models.mapFeedForwards', 'the sharing of blocks', sharing, ['none']);
  const changed = feedForwards.map((feedForward, i) => {
    const path = `layers.${i}.${feedForwardName(feedForward)}`;
    const from = model.modules().get(path) as FeedForwardModule;
    // A block that goes without stays so.
    const to = (feedForward as FeedForwardSpec).kind === 'none' ? from : change(from, i);
    return { feedForward: to === from ? feedForward : describe(to), from, to, path };
  });
  const mapped = model.rebuild({ feedForwards: changed.map(({ feedForward }) => feedForward) }, Random.blank()) as M;
  const replaced = changed.map(({ path }) => `${path}.`);
  const gone = changed.filter(({ to, from }) => to !== from).map(({ path }) => `${path}.`);
  const ofKept = (named: Readonly<Record<string, number>>): Record<string, number> =>
    Object.fromEntries(Object.entries(named).filter(([name]) => !gone.some((prefix) => name.startsWith(prefix))));
  factorAt(mapped, ofKept(ranksOf(model)));
  resize(mapped, ofKept(sizesOf(model)));
  masksAt(
    mapped,
    maskedPaths(model).filter((path) => !gone.some((prefix) => path.startsWith(prefix)))
  );
  const target = mapped.modules();
  copyValues(model, mapped, (path) => !replaced.some((prefix) => path.startsWith(prefix)));
  changed.forEach(({ feedForward, from, to }, i) => {
    if (to === undefined) {
      return;
    }
    copyValues(to, target.get(`layers.${i}.${feedForwardName(feedForward)}`) as Module);
    if (to !== from) {
      to.dispose();
    }
  });
  return mapped;
}

function describe(module: FeedForwardModule): FeedForwardSpec {
  if (module instanceof FeedForward || module instanceof GatedFeedForward) {
    return describeDense(module);
  }
  if ('tableShape' in module) {
    const [vocabSize, hidden] = module.tableShape;
    return { kind: 'tokenIndexed', hidden, vocabSize };
  }
  if (!isMoeLayer(module)) {
    return fail('models.mapFeedForwards', 'it must be a dense network or a mixture', (module as Module).kind);
  }
  const {
    router,
    experts: numExperts,
    hidden,
    expertKind: experts = 'plain',
    capacityFactor = null,
    sharedExperts = 0
  } = module.options;
  const { sharedKind, sharedGate, sharedHidden, sequenceCapacity } = module.options;
  const feedForward: MoeFeedForward = {
    ...{ kind: 'moe', router, experts: numExperts, hidden, expertKind: experts, capacityFactor, sharedExperts }
  };
  return {
    ...feedForward,
    ...(sharedKind === undefined ? {} : { sharedKind }),
    ...(sharedGate === undefined ? {} : { sharedGate }),
    ...(sharedHidden === undefined ? {} : { sharedHidden: sizeOf(sharedHidden) }),
    ...(sequenceCapacity === undefined ? {} : { sequenceCapacity })
  };
}

function describeDense(network: FeedForward | GatedFeedForward): DenseFeedForward {
  const gated = network instanceof GatedFeedForward;
  const { activation, w1 } = network;
  return {
    ...{ kind: 'dense', hidden: w1.weight.shape[1], gated },
    ...(activation === (gated ? 'silu' : 'gelu') ? {} : { activation }),
    ...(w1.bias === null ? {} : { bias: true })
  };
}
