import { expectInteger, expectNumber, fail } from '../../base/core';
import type { Module } from '../../base/core';
import { aliasedExperts, lowRankExperts } from '../../nn/experts';
import type { ExpertSpec } from '../../nn/experts/expertBank';
import type { Activation } from '../../nn/layers';
import type { MoeLayer } from '../../nn/moe/layer';
import { buildLayer, storedValues } from './buildLayer';
import { stackNetworks, unstackNetworks } from './denseWeights';
import { expertSpec, valuesBesidesExperts } from './expertNetworks';
import { lowRankSparse } from './lowRankSparse';
import type { TransformReport } from './report';
import { tidyUp } from './tidyUp';

export interface CompressOptions {
  /** Rank of the low-rank part of each matrix. */
  rank: number;
  /** Share of the hidden neurons that keep their full weights besides, those worst served by the low-rank part. Default 0. */
  density?: number;
}

export interface CompressReport extends TransformReport {
  /** Squared Frobenius norm of what was lost, over that of the weights; of each stored expert. */
  error: number[];
}

/**
 * Compresses the experts of a layer, merged ones as well, into low-rank plus structured sparse matrices (MC-SMoE,
 * arXiv 2310.01334). Full weights are kept for the neurons where all matrices together lose most.
 *
 * @throws {SwitchyardError} where experts are neither plain nor gated or have biases, or an option is out of range.
 */
export function compressExperts(
  layer: MoeLayer,
  options: CompressOptions
): { layer: MoeLayer; report: CompressReport } {
  const { width, hidden } = layer.options;
  const { rank, density = 0 } = options;
  expectInteger('compressExperts', 'rank', rank, 1, Math.min(width, hidden));
  expectNumber('compressExperts', 'density', density, 0, 1);
  const { bank, spec, target } = readStored(layer);
  const dense = Math.round(density * hidden);
  return tidyUp(() => {
    const compressed = unstackNetworks(storedValues(bank)).map((network) => lowRankSparse(network, { rank, dense }));
    const low = lowRankExperts({
      ...{ rank, dense, gated: spec.kind === 'gated' },
      activation: spec.options.activation as Activation
    });
    const prefix = target === null ? 'experts' : 'experts.stored';
    const values = valuesBesidesExperts(layer);
    stackNetworks(compressed.map(({ factors }) => factors)).forEach((value, name) =>
      values.set(`${prefix}.${name}`, value)
    );
    const experts = target === null ? low : aliasedExperts({ experts: low, target });
    const built = buildLayer({ ...layer.options, experts, sharedKind: layer.options.sharedKind ?? spec }, values);
    const parameters = { before: layer.countParameters(), after: built.countParameters() };
    const report = { transformation: 'compressExperts', parameters, error: compressed.map(({ error }) => error) };
    return { layer: built, report };
  });
}

/** The bank that holds the weights, its kind, and which of its experts each of the layer's is, where some are the same. */
function readStored(layer: MoeLayer): { bank: Module; spec: ExpertSpec; target: readonly number[] | null } {
  const own = expertSpec(layer);
  const aliased = own.kind === 'aliased';
  const spec = aliased ? (own.options.experts as ExpertSpec) : own;
  const target = aliased ? (own.options.target as number[]) : null;
  const bank = (aliased && layer.experts.children.get('stored')) || layer.experts;
  if ((spec.kind !== 'plain' && spec.kind !== 'gated') || spec.options.bias === true) {
    fail('compressExperts', 'experts must be plain or gated, without biases', spec.kind);
  }
  return { bank, spec, target };
}
