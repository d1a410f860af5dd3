import type { tf } from '../../base/backend';
import { expectNumber, expectInteger, fail } from '../../base/core';
import type { Module } from '../../base/core';
import { copyModel } from '../../models/copyModel';
import type { Linear } from '../../nn/layers';
import type { TransformReport } from '../moe/report';
import { checkCalibration } from '../prune/importance/parts/calibration';
import type { Calibration, CalibrationOptions } from '../prune/importance/parts/calibration';
import { inputMoments } from '../prune/importance/parts/inputMoments';
import type { MomentsOf } from '../prune/importance/parts/inputMoments';
import type { MatrixChoice } from '../prune/matrices';
import { passTime } from '../prune/passTime';
import { largestRank, rankOfEnergy, ranksWithin } from './chooseRanks';
import { directionsOf } from './factorMatrix';
import type { Directions } from './factorMatrix';
import { chosenLinears, linearOf } from './linears';

export interface LowRankOptions<B = unknown> extends MatrixChoice {
  /** Rank of every matrix. One of `rank`, `energy` and `ratio` is given. */
  rank?: number;
  /** Share of the sum of squared singular values that each matrix keeps, 0..1. */
  energy?: number;
  /** Share of the values of all matrices together that is left, 0..1: ranks go where a value keeps most. */
  ratio?: number;
  /** Data whose inputs say which directions of a matrix count: its outputs' error is made least, not its own (arXiv 2403.07378). Default: none. */
  calibration?: Calibration<B>;
  /** Of the calibration. */
  calibrate?: CalibrationOptions;
  /** Share of the mean of the inputs' moments that is added to each, with `calibration`. Default 1e-4. */
  damping?: number;
  /** Input of the model that the time of a pass is measured on, before and after. Default: none is measured. */
  timedOn?: tf.Tensor;
}

export interface LowRankReport extends TransformReport {
  mode: 'shrink';
  /** Bytes of the stored values. */
  bytes: { before: number; after: number };
  /** Operations on a token; null where a module does not say. */
  flops: { before: number | null; after: number | null };
  /** Median time of a pass over `timedOn`; null where it was not measured. */
  milliseconds: { before: number; after: number } | null;
  /** By path: the rank, null of a matrix that stayed whole since its factors would be no smaller; its full rank; and the share of squares that was cut. */
  matrices: Record<string, { rank: number | null; full: number; error: number }>;
}

/**
 * Low-rank factors of the matrices of linear layers, by singular values: `W` becomes `down up`, which is really smaller and takes the operations of
 * its rank. A new model; its spec says the ranks. Embeddings, heads and routers are left unless `include` names them; banks of experts are
 * `moe.compressExperts`'s.
 *
 * @throws {SwitchyardError} where an option is out of range, no linear layer fits, a matrix is masked or cut in a mask, or a calibration input is
 * not finite.
 */
export function lowRank<M extends Module, B = unknown>(
  model: M,
  options: LowRankOptions<B>
): { model: M; report: LowRankReport } {
  const { calibration, calibrate = {}, timedOn } = options;
  check(options);
  const paths = chosenLinears(WHERE, model, options);
  const moments = calibration === undefined ? null : inputMoments(WHERE, model, calibration, { ...calibrate, whole: true, only: (path) => paths.includes(path) }); // prettier-ignore
  const all = directionsAt(model, paths, moments, options.damping ?? 1e-4);
  const copy = copyModel(model);
  try {
    const ranks = chooseRanks(model, paths, all, options);
    const matrices: LowRankReport['matrices'] = {};
    paths.forEach((path, i) => {
      const { squares } = all[i];
      const rank = ranks[i];
      const total = squares.reduce((a, b) => a + b, 0);
      const lost = rank === null ? 0 : squares.slice(rank).reduce((a, b) => a + b, 0);
      matrices[path] = { rank, full: squares.length, error: total === 0 ? 0 : lost / total };
      if (rank !== null) {
        factor(linearOf(copy, path), all[i], rank);
      }
    });
    const milliseconds = timedOn === undefined ? null : { before: passTime(model, timedOn), after: passTime(copy, timedOn) }; // prettier-ignore
    return { model: copy, report: reportOf(model, copy, { milliseconds, matrices }) };
  } catch (error) {
    copy.dispose();
    throw error;
  } finally {
    all.forEach((each) => each.dispose());
  }
}

const WHERE = 'compress.lowRank';

function check<B>({ rank, energy, ratio, calibration, calibrate = {}, damping = 1e-4 }: LowRankOptions<B>): void {
  const given = Object.entries({ rank, energy, ratio }).filter(([, value]) => value !== undefined);
  if (given.length !== 1) {
    fail(WHERE, 'there must be one of rank, energy and ratio', given.length === 0 ? 'none' : given.map(([name]) => name).join(', ')); // prettier-ignore
  }
  expectInteger(WHERE, 'rank', rank ?? 1, 1);
  expectNumber(WHERE, 'energy', energy ?? 0, 0, 1);
  expectNumber(WHERE, 'ratio', ratio ?? 0, 0, 1);
  expectNumber(WHERE, 'damping', damping, 0);
  if (calibration !== undefined) {
    checkCalibration(WHERE, calibration, calibrate);
  }
}

/** The caller disposes them. */
function directionsAt(
  model: Module,
  paths: readonly string[],
  moments: MomentsOf | null,
  damping: number
): Directions[] {
  const seen = paths.map((path) =>
    moments === null
      ? null
      : (moments.get(path)?.[0] ?? fail(WHERE, 'calibration inputs must reach every matrix', path))
  );
  return paths.map((path, i) => {
    const { variable } = linearOf(model, path).weight;
    return directionsOf(WHERE, variable as unknown as tf.Tensor2D, { moments: seen[i], damping });
  });
}

function chooseRanks<B>(
  model: Module,
  paths: readonly string[],
  all: readonly Directions[],
  { rank, energy, ratio }: LowRankOptions<B>
): (number | null)[] {
  const spectra = all.map(({ squares }, i) => {
    const [inputs, outputs] = linearOf(model, paths[i]).weight.shape;
    return { inputs, outputs, squares };
  });
  if (ratio !== undefined) {
    const whole = spectra.reduce((sum, { inputs, outputs }) => sum + inputs * outputs, 0);
    const least = spectra.reduce((sum, { inputs, outputs }) => sum + inputs + outputs, 0);
    return ratio * whole >= least
      ? ranksWithin(spectra, ratio * whole)
      : fail(WHERE, `ratio must be at least ${(least / whole).toFixed(4)}, what rank 1 takes`, ratio);
  }
  return spectra.map((each) => {
    const wanted = rank ?? rankOfEnergy(each, energy!);
    return wanted > largestRank(each) ? null : wanted;
  });
}

function factor(linear: Linear, directions: Directions, rank: number): void {
  const { down, up } = directions.cut(rank);
  linear.factor(rank, { down, up });
  down.dispose();
  up.dispose();
}

function reportOf(
  before: Module,
  after: Module,
  facts: Pick<LowRankReport, 'milliseconds' | 'matrices'>
): LowRankReport {
  const [a, b] = [before, after].map((module) => module.cost({ length: 1 }));
  return {
    ...{ transformation: 'lowRank', mode: 'shrink' },
    parameters: { before: a.parameters, after: b.parameters },
    bytes: { before: a.bytes, after: b.bytes },
    flops: { before: a.flops, after: b.flops },
    ...facts
  };
}
