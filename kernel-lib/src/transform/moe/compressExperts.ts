import { expectInteger, expectNumber, fail } from '../../base/core';
import { aliasedExperts, lowRankExperts } from '../../nn/experts';
import type { MoeLayer } from '../../nn/moe/layer';
import { buildLayer, storedValues } from './buildLayer';
import { stackNetworks, unstackNetworks } from './denseWeights';
import { feedForwardsOf, ofWidth, valuesBesidesExperts } from './expertNetworks';
import { lowRankSparse } from './lowRankSparse';
import type { TransformReport } from './report';
import { tidyUp } from './tidyUp';

/** Options of `moe.compressExperts`. */
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
  const { width } = layer.options;
  const { rank, density = 0 } = options;
  expectNumber('moe.compressExperts', 'density', density, 0, 1);
  const { spec, gated, activation, bias, stored, target, hidden } = feedForwardsOf('moe.compressExperts', layer);
  expectInteger('moe.compressExperts', 'rank', rank, 1, Math.min(width, hidden));
  if (bias) {
    fail('moe.compressExperts', 'experts must have no biases', spec.options);
  }
  const dense = Math.round(density * hidden);
  return tidyUp(() => {
    const compressed = unstackNetworks(storedValues(stored)).map((network) => lowRankSparse(network, { rank, dense }));
    const low = ofWidth(lowRankExperts({ rank, dense, gated, activation }), hidden, layer.options.hidden);
    const prefix = target === null ? 'experts' : 'experts.stored';
    const values = valuesBesidesExperts(layer);
    stackNetworks(compressed.map(({ factors }) => factors)).forEach((value, name) =>
      values.set(`${prefix}.${name}`, value)
    );
    const experts = target === null ? low : aliasedExperts({ expertKind: low, target });
    const built = buildLayer(
      { ...layer.options, expertKind: experts, sharedKind: layer.options.sharedKind ?? spec },
      values
    );
    const parameters = { before: layer.countParameters(), after: built.countParameters() };
    const report = { transformation: 'compressExperts', parameters, error: compressed.map(({ error }) => error) };
    return { layer: built, report };
  });
}
