import { tf } from '../../base/backend';
import { expectInteger, expectOneOf, fail } from '../../base/core';
import { aliasedExperts } from '../../nn/experts';
import type { MoeLayer } from '../../nn/moe/layer';
import { alignNeurons } from './alignNeurons';
import { buildLayer, under } from './buildLayer';
import { mapWeights, stackNetworks } from './denseWeights';
import type { NetworkWeights } from './denseWeights';
import { readExperts, valuesBesidesExperts } from './expertNetworks';
import { expertStatistics } from './expertStatistics';
import type { ExpertStatistics } from './expertStatistics';
import { groupByDominance } from './groupByDominance';
import type { TransformReport } from './report';
import { tidyUp } from './tidyUp';

/** Options of `moe.mergeExperts`. */
export interface MergeOptions {
  /**
   * Experts to be left, M: those that tokens choose most each take in the others whose router logits go most like theirs.
   * Or the groups themselves: every expert once, that to which the others are aligned first.
   */
  groups: number | readonly (readonly number[])[];
  /** Tokens to count choices on, [T, D]. */
  tokens: tf.Tensor2D;
  /** "permutation": the hidden neurons of a group are matched first. Default "permutation". */
  align?: 'permutation' | 'none';
  /** Weigh experts by how often they are chosen, or all alike. Default "frequency". */
  weight?: 'frequency' | 'uniform';
}

export interface MergeReport extends TransformReport {
  /** Experts merged into each, the dominant one first; [M]. */
  groups: number[][];
  /** Share of the choices on `tokens`; [E]. */
  frequency: number[];
}

/**
 * Merges the experts of a layer into fewer (MC-SMoE, arXiv 2310.01334). The router keeps its E logits, several of which
 * now lead to the same expert, so merging experts that compute the same changes nothing.
 *
 * @throws {SwitchyardError} where experts are neither plain nor gated, or groups do not hold each expert once.
 */
export function mergeExperts(layer: MoeLayer, options: MergeOptions): { layer: MoeLayer; report: MergeReport } {
  const { align = 'permutation', weight = 'frequency', tokens } = options;
  expectOneOf('moe.mergeExperts', 'align', align, ['permutation', 'none']);
  expectOneOf('moe.mergeExperts', 'weight', weight, ['frequency', 'uniform']);
  return tidyUp(() => {
    const { spec, networks } = readExperts('moe.mergeExperts', layer);
    const statistics = expertStatistics(layer, tokens);
    const groups = resolveGroups(options.groups, statistics);
    const merged = groups.map((members) => {
      const reference = networks[members[0]];
      const alike = members.map((expert) =>
        align === 'none' ? networks[expert] : alignNeurons(networks[expert], reference)
      );
      return weightedMean(alike, weight === 'uniform' ? null : members.map((expert) => statistics.counts[expert]));
    });
    const target = networks.map((_, expert) => groups.findIndex((members) => members.includes(expert)));
    const values = new Map([...valuesBesidesExperts(layer), ...under('experts.stored', stackNetworks(merged))]);
    const experts = aliasedExperts({ expertKind: spec, target });
    const built = buildLayer(
      { ...layer.options, expertKind: experts, sharedKind: layer.options.sharedKind ?? spec },
      values
    );
    const parameters = { before: layer.countParameters(), after: built.countParameters() };
    const report = { transformation: 'mergeExperts', parameters, groups, frequency: statistics.frequency };
    return { layer: built, report };
  });
}

function resolveGroups(groups: MergeOptions['groups'], statistics: ExpertStatistics): number[][] {
  const numExperts = statistics.counts.length;
  if (typeof groups === 'number') {
    expectInteger('moe.mergeExperts', 'groups', groups, 1, numExperts);
    return groupByDominance(statistics, groups);
  }
  const once = groups.flat().sort((a, b) => a - b);
  if (once.length !== numExperts || once.some((expert, i) => expert !== i) || groups.some((g) => g.length === 0)) {
    fail('moe.mergeExperts', `groups must hold each of 0..${numExperts - 1} once`, groups);
  }
  return groups.map((members) => [...members]);
}

// Null, or a group that no token chose: all alike.
function weightedMean(networks: readonly NetworkWeights[], counts: readonly number[] | null): NetworkWeights {
  const total = counts?.reduce((a, b) => a + b, 0) ?? 0;
  const share = networks.map((_, i) => (counts === null || total === 0 ? 1 / networks.length : counts[i] / total));
  return mapWeights(networks[0], (_, name) =>
    tf.addN(networks.map((network, i) => (network.get(name) as tf.Tensor).mul(share[i])))
  );
}
