import { tf } from '../../base/backend';
import { expectInteger, expectNumber, fail } from '../../base/core';
import type { Module } from '../../base/core';
import { svd } from '../../base/math/svd';
import { copyModel } from '../../models/copyModel';
import type { TransformReport } from '../moe/report';
import { checkCalibration } from '../prune/importance/parts/calibration';
import type { Calibration, CalibrationOptions } from '../prune/importance/parts/calibration';
import { inputMoments } from '../prune/importance/parts/inputMoments';
import type { MatrixChoice } from '../prune/matrices';
import { maskOfScores } from '../prune/matrixScores';
import { chosenLinears, linearOf } from './linears';
import { expectFinite } from './quantizer';

export interface LowRankSparseOptions<B = unknown> extends MatrixChoice {
  /** Rank of the one part, r; 0: none. */
  rank: number;
  /** Share of the values that the other part keeps, 0..1. */
  density: number;
  /** Times that both parts are fitted at most. Default 50. */
  rounds?: number;
  /** Data whose inputs weigh the rows of a matrix, each by the root mean square of its input, so that outputs' error counts. Default: none. */
  calibration?: Calibration<B>;
  /** Of the calibration. */
  calibrate?: CalibrationOptions;
}

/** Parts of one matrix, on the host. */
export interface LowRankSparseParts {
  /** [D * r] and [r * H]. */
  down: Float32Array;
  up: Float32Array;
  /** [D * H], 0 where nothing is kept. */
  sparse: Float32Array;
}

export interface LowRankSparseReport extends TransformReport {
  /** Values are stored as sums of both parts: the model computes what they would, at no other speed. */
  mode: 'rounded';
  /** Values of the matrices, and of their parts instead; where a value of the sparse part is, is not counted. */
  values: { before: number; after: number };
  /** Squared error over squared norm, of weighed rows where there is a calibration, and the rounds that were taken; by path. */
  matrices: Record<string, { error: number; rounds: number }>;
}

const WHERE = 'compress.lowRankSparse';
/** Share of the error that another round must take off. */
const WORTH = 1e-4;

/**
 * Low rank plus sparse: each weight `W` of a linear layer becomes `L + S`, L of a rank and S of few values, in turns the best of its kind for what the other leaves (GoDec, ICML 2011): L the
 * singular directions of `W - S`, S the largest values of `W - L`. What a few outliers hold does not cost a direction, and the other way round. A new model; the one given stays.
 * Embeddings, heads and routers are left unless `include` names them.
 *
 * @throws {SwitchyardError} where an option is out of range, no linear layer fits, a matrix is masked, cut in a mask or has less directions, or a value is not finite.
 */
export function lowRankSparse<M extends Module, B = unknown>(
  model: M,
  options: LowRankSparseOptions<B>
): { model: M; report: LowRankSparseReport; parts: Map<string, LowRankSparseParts> } {
  const { rank, density, rounds = 50, calibration, calibrate = {} } = options;
  expectInteger(WHERE, 'rank', rank, 0);
  expectNumber(WHERE, 'density', density, 0, 1);
  expectInteger(WHERE, 'rounds', rounds, 1);
  const paths = chosenLinears(WHERE, model, options);
  for (const path of paths) {
    const { weight } = linearOf(model, path);
    expectInteger(WHERE, `rank, of "${path}",`, rank, 0, Math.min(...weight.shape));
    expectFinite(WHERE, path, weight.variable);
  }
  const scales = scalesOf(model, paths, calibration, calibrate);
  const copy = copyModel(model);
  const parts = new Map<string, LowRankSparseParts>();
  const report: LowRankSparseReport = {
    ...{ transformation: 'lowRankSparse', mode: 'rounded' },
    parameters: { before: model.countParameters(), after: copy.countParameters() },
    ...{ values: { before: 0, after: 0 }, matrices: {} }
  };
  try {
    paths.forEach((path, i) => {
      const { weight } = linearOf(copy, path);
      const [inputs, outputs] = weight.shape;
      tf.tidy(() => {
        const scale = scales === null ? tf.ones([inputs, 1]) : tf.tensor2d(scales[i], [inputs, 1]);
        const found = decompose(weight.variable.mul<tf.Tensor2D>(scale), { rank, density, rounds });
        const [down, sparse] = [found.down, found.sparse].map((part) => part.div<tf.Tensor2D>(scale));
        const low = rank === 0 ? tf.zerosLike(sparse) : tf.matMul(down, found.up);
        weight.assign(low.add(sparse), path);
        const [own, upper, kept] = [down, found.up, sparse].map((part) => part.dataSync<'float32'>().slice());
        parts.set(path, { down: own, up: upper, sparse: kept });
        report.matrices[path] = { error: found.error, rounds: found.rounds };
        report.values.before += inputs * outputs;
        report.values.after += rank * (inputs + outputs) + kept.filter((value) => value !== 0).length;
      });
    });
    return { model: copy, report, parts };
  } catch (error) {
    copy.dispose();
    throw error;
  }
}

/** Root mean square of each input of each matrix; those that are always 0 count as the least of the others. */
function scalesOf<B>(
  model: Module,
  paths: readonly string[],
  calibration: Calibration<B> | undefined,
  calibrate: CalibrationOptions
): Float32Array[] | null {
  if (calibration === undefined) {
    return null;
  }
  checkCalibration(WHERE, calibration, calibrate);
  const moments = inputMoments(WHERE, model, calibration, { ...calibrate, whole: false, only: (path) => paths.includes(path) }); // prettier-ignore
  return paths.map((path) => {
    const { sums, count } = moments.get(path)?.[0] ?? fail(WHERE, 'calibration inputs must reach every matrix', path);
    const sizes = Float32Array.from(sums, (sum) => Math.sqrt(sum / count));
    const least = sizes.reduce((a, size) => (size > 0 ? Math.min(a, size) : a), Infinity);
    return sizes.map((size) => (size > 0 ? size : least === Infinity ? 1 : least));
  });
}

function decompose(
  w: tf.Tensor2D,
  { rank, density, rounds }: { rank: number; density: number; rounds: number }
): { down: tf.Tensor2D; up: tf.Tensor2D; sparse: tf.Tensor2D; error: number; rounds: number } {
  const norm = w.square().sum().dataSync()[0];
  let sparse: tf.Tensor2D = tf.zerosLike(w);
  let [error, round] = [Infinity, 0];
  let factors = directions(w, 0);
  while (round < rounds) {
    round++;
    factors = directions(w.sub(sparse), rank);
    const rest = rank === 0 ? w : w.sub<tf.Tensor2D>(tf.matMul(factors.down, factors.up));
    sparse = rest.mul<tf.Tensor2D>(maskOfScores(rest, 1 - density));
    const before = error;
    error = norm === 0 ? 0 : rest.sub(sparse).square().sum().dataSync()[0] / norm;
    if (error === 0 || before - error < WORTH * before) {
      break;
    }
  }
  return { ...factors, sparse, error, rounds: round };
}

function directions(w: tf.Tensor2D, rank: number): { down: tf.Tensor2D; up: tf.Tensor2D } {
  const [inputs, outputs] = w.shape;
  if (rank === 0) {
    return { down: tf.zeros([inputs, 0]), up: tf.zeros([0, outputs]) };
  }
  const { u, s, v } = svd(w);
  const up = v
    .slice([0, 0], [-1, rank])
    .mul<tf.Tensor2D>(s.slice([0], [rank]))
    .transpose<tf.Tensor2D>();
  return { down: u.slice([0, 0], [-1, rank]), up };
}
