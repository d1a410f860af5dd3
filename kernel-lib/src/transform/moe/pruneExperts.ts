import type { tf } from '../../base/backend';
import { expectInteger, expectOneOf } from '../../base/core';
import type { Random } from '../../base/core';
import { layer as buildFrom } from '../../nn/moe/layer';
import type { MoeLayer } from '../../nn/moe/layer';
import { assignValues, takeExperts } from './buildLayer';
import { expertStatistics } from './expertStatistics';
import type { ExpertStatistics } from './expertStatistics';
import type { TransformReport } from './report';
import { tidyUp } from './tidyUp';

/** Importance of an expert: the criterion by which it is kept. */
export type ExpertImportance = 'frequency' | 'gateTimesNorm' | 'random';

/** Options of `moe.pruneExperts`. */
export interface PruneExpertsOptions {
  /** Experts to be left, M; at least the router's k. */
  keep: number;
  /**
   * "frequency": how often it is chosen. "gateTimesNorm": mean of weight times norm of the output over the tokens that chose it
   * (REAP, arXiv 2510.13999). "random": to compare with. Default "gateTimesNorm".
   */
  importance?: ExpertImportance;
  /** Tokens to measure on, [T, D]. */
  tokens: tf.Tensor2D;
  /** Stream for "random". */
  random: Random;
}

export interface PruneExpertsReport extends TransformReport {
  /** Experts left, in their old order; [M]. */
  kept: number[];
  /** Of every expert; [E]. */
  importance: number[];
}

const KINDS: readonly ExpertImportance[] = ['frequency', 'gateTimesNorm', 'random'];

/**
 * Leaves only the most important experts of a layer, and only their part of the router; shapes really shrink. Works with
 * every router and every kind of expert that can be built with fewer.
 *
 * @throws {SwitchyardError} where an option is out of range, or the router chooses more experts than are left.
 */
export function pruneExperts(
  layer: MoeLayer,
  options: PruneExpertsOptions
): { layer: MoeLayer; report: PruneExpertsReport } {
  const { keep, importance: kind = 'gateTimesNorm', tokens, random } = options;
  expectInteger('moe.pruneExperts', 'keep', keep, 1, layer.options.experts);
  expectOneOf('moe.pruneExperts', 'importance', kind, KINDS);
  return tidyUp(() => {
    const importance = rate(expertStatistics(layer, tokens), kind, random);
    const best = Array.from(importance.keys()).sort((a, b) => importance[b] - importance[a]);
    const kept = best.slice(0, keep).sort((a, b) => a - b);
    const pruned = buildFrom({ ...layer.options, experts: keep });
    assignValues(pruned, takeExperts(layer, pruned, kept));
    const parameters = { before: layer.countParameters(), after: pruned.countParameters() };
    return { layer: pruned, report: { transformation: 'pruneExperts', parameters, kept, importance } };
  });
}

function rate({ frequency, gateTimesNorm }: ExpertStatistics, kind: ExpertImportance, random: Random): number[] {
  if (kind === 'random') {
    const next = random.generator();
    return frequency.map(() => next());
  }
  return kind === 'frequency' ? frequency : gateTimesNorm;
}
