import { expectOneOf, fail } from '../../base/core';
import type { Module } from '../../base/core';
import type { BlockModel } from '../../models/blockModel';
import { copyValues } from '../../models/copyValues';
import { mixerName } from '../../models/mixer';
import type { DenseMixer, Mixer, MoeMixer } from '../../models/mixer';
import { resize, sizesOf } from '../../models/spec';
import { FeedForward, GatedFeedForward } from '../../nn/layers';
import { isMoeLayer } from '../../nn/moe';
import type { MoeLayer, TokenIndexed } from '../../nn/moe';

/** What works on each token alone, in a block. */
export type MixerModule = FeedForward | GatedFeedForward | MoeLayer | TokenIndexed;

/**
 * A new model in which `change` has replaced what works on each token alone: the way to transform a whole model,
 * `models.mapMixers(dense, (ffn) => moe.upcycle(ffn, { ... }).layer)`. All else is copied; `model` stays as it is. The
 * modules that `change` makes are copied too, and disposed; where it gives back what it got, the block stays.
 *
 * @throws {SwitchyardError} for a model whose blocks are shared, and for a feed-forward network that a transformer would not
 * build (biases, another activation).
 */
export function mapMixers<M extends BlockModel>(
  model: M,
  change: (mixer: MixerModule, block: number) => MixerModule
): M {
  const { mixers, sharing = 'none' } = model.options;
  expectOneOf('mapMixers', 'the sharing of blocks', sharing, ['none']);
  const changed = mixers.map((mixer, i) => {
    const path = `layers.${i}.${mixerName(mixer)}`;
    const from = model.modules().get(path) as MixerModule;
    const to = change(from, i);
    return { mixer: to === from ? mixer : describe(to), from, to, path };
  });
  const mapped = model.rebuild({ mixers: changed.map(({ mixer }) => mixer) }) as M;
  const replaced = changed.map(({ path }) => `${path}.`);
  const gone = changed.filter(({ to, from }) => to !== from).map(({ path }) => `${path}.`);
  const kept = Object.entries(sizesOf(model)).filter(([name]) => !gone.some((prefix) => name.startsWith(prefix)));
  resize(mapped, Object.fromEntries(kept));
  const target = mapped.modules();
  copyValues(model, mapped, (path) => !replaced.some((prefix) => path.startsWith(prefix)));
  changed.forEach(({ mixer, from, to }, i) => {
    copyValues(to, target.get(`layers.${i}.${mixerName(mixer)}`) as Module);
    if (to !== from) {
      to.dispose();
    }
  });
  return mapped;
}

function describe(module: MixerModule): Mixer {
  if (module instanceof FeedForward || module instanceof GatedFeedForward) {
    return describeDense(module);
  }
  if ('tableShape' in module) {
    const [vocabSize, hidden] = module.tableShape;
    return { kind: 'tokenIndexed', hidden, vocabSize };
  }
  if (!isMoeLayer(module)) {
    return fail('mapMixers', 'a mixer must be a dense network or a mixture', (module as Module).kind);
  }
  const { router, numExperts, hidden, experts = 'plain', capacityFactor = null, sharedExperts = 0 } = module.options;
  const { sharedKind, sharedGate } = module.options;
  const mixer: MoeMixer = {
    ...{ kind: 'moe', router, numExperts, hidden, experts, capacityFactor, sharedExperts }
  };
  return {
    ...mixer,
    ...(sharedKind === undefined ? {} : { sharedKind }),
    ...(sharedGate === undefined ? {} : { sharedGate })
  };
}

function describeDense(network: FeedForward | GatedFeedForward): DenseMixer {
  const gated = network instanceof GatedFeedForward;
  if (network.w1.bias !== null || network.activation !== (gated ? 'silu' : 'gelu')) {
    fail('mapMixers', 'a dense mixer must be gelu, or silu where gated, without biases', network.activation);
  }
  return { kind: 'dense', hidden: network.w1.weight.shape[1], gated };
}
