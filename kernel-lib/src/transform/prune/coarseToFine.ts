import { tf } from '../../base/backend';
import { expectNumber, fail } from '../../base/core';
import type { Module } from '../../base/core';
import { blockRatios } from './blockRatios';
import { groups as groupsOf } from './groups';
import type { PruningGroup } from './groups';
import type { ValueImportance } from './importance';
import { checkCalibration } from './importance/parts/calibration';
import type { Calibration, CalibrationOptions } from './importance/parts/calibration';
import { inputMoments } from './importance/parts/inputMoments';
import type { MomentsOf } from './importance/parts/inputMoments';
import { wandaScores } from './importance/wanda';
import { structured } from './structured';
import type { StructuredOptions, StructuredReport } from './structured';

/** Options of `prune.coarseToFine`. */
export interface CoarseToFineOptions<B = unknown> extends Pick<StructuredOptions, 'multipleOf' | 'mode' | 'timedOn'> {
  /** Share of the values of all blocks' hidden neurons that goes, 0..1. */
  ratio: number;
  /** Data of the one pass, or of as many as there are batches. */
  calibration: Calibration<B>;
  /** Of the calibration. */
  calibrate?: CalibrationOptions;
  /** How much more goes of blocks that matter less; 0: the same of each. Default 1. */
  sharpness?: number;
  /** Share of one block's neurons that may go at most. Default 0.9. */
  maxRatio?: number;
}

/** A block of the model, by what it does to what passes through it. */
export interface BlockReport {
  /** Mean angle between what comes in and what goes out, over pi: 0 where a block does nothing. */
  importance: number;
  /** Share of its neurons that was to go. */
  ratio: number;
}

export interface CoarseToFineReport extends StructuredReport {
  /** By the path of the block. */
  blocks: Record<string, BlockReport>;
}

/**
 * Coarse-to-fine structured pruning (CFSP, arXiv 2409.13199): how far a block turns what passes through it says how many of its hidden neurons go, and the
 * size of a neuron's output, `|w_ij| ||x_i||` summed over the matrix that reads it, which; both of the same forward pass. Experts' neurons count by the
 * tokens that are routed to them. `report.blocks` says the importance of each block, as `peft.ranksByImportance` wants it for recovery.
 *
 * @throws {SwitchyardError} where an option is out of range, the model has no blocks with hidden neurons, or an input is not finite.
 */
export function coarseToFine<M extends Module, B = unknown>(
  model: M,
  options: CoarseToFineOptions<B>
): { model: M; report: CoarseToFineReport } {
  const { ratio, calibration, calibrate = {}, sharpness = 1, maxRatio = 0.9, ...rest } = options;
  expectNumber(WHERE, 'maxRatio', maxRatio, 0, 1);
  expectNumber(WHERE, 'ratio', ratio, 0, maxRatio);
  expectNumber(WHERE, 'sharpness', sharpness, 0);
  checkCalibration(WHERE, calibration, calibrate);
  const blocks = blocksOf(model);
  const { importance, moments } = onePass(model, [...blocks.keys()], calibration, calibrate);
  const shares = [...blocks].map(([path, own]) => ({
    importance: importance.get(path) ?? fail(WHERE, 'calibration inputs must reach every block', path),
    values: own.reduce((sum, { values, size }) => sum + values * size, 0)
  }));
  const ratios = blockRatios(shares, { ratio, most: maxRatio, sharpness });
  const names = [...blocks.values()].map((own) => own.map(({ name }) => name));
  const pruned = structured(model, {
    ...rest,
    ...{ ratio: 0, include: names.flat(), reduce: 'sum', importance: outputSizes(moments) },
    ratios: wholeNeurons([...blocks.values()], ratios)
  });
  const report = [...blocks.keys()].map((path, i): [string, BlockReport] => [path, { importance: shares[i].importance, ratio: ratios[i] }]); // prettier-ignore
  return {
    model: pruned.model,
    report: { ...pruned.report, transformation: 'coarseToFine', blocks: Object.fromEntries(report) }
  };
}

const WHERE = 'prune.coarseToFine';

/** Ratios of whole neurons, by group: what rounding takes of one it gives to the next, so that all together lose what they should. */
function wholeNeurons(blocks: readonly (readonly PruningGroup[])[], ratios: readonly number[]): Record<string, number> {
  let owed = 0;
  const entries = blocks.flatMap((own, i) =>
    own.map(({ name, size, values }): [string, number] => {
      const wanted = ratios[i] * size + owed / values;
      const count = Math.min(size - 1, Math.max(0, Math.round(wanted)));
      owed = (wanted - count) * values;
      return [name, count / size];
    })
  );
  return Object.fromEntries(entries);
}

/** Groups of hidden neurons of each block that has some, by the block's path. */
function blocksOf(model: Module): Map<string, PruningGroup[]> {
  const paths = [...model.modules()].flatMap(([path, { kind }]) => (kind === 'block' ? [path] : []));
  const hidden = [...groupsOf(model).values()].filter(
    ({ kind, pinned, size }) => kind === 'hidden' && pinned === null && size > 1
  );
  const own = paths.map((path): [string, PruningGroup[]] => [path, hidden.filter(({ name }) => name.startsWith(`${path}.`))]); // prettier-ignore
  const found = new Map(own.filter(([, each]) => each.length > 0));
  return found.size > 0
    ? found
    : fail(WHERE, 'the model must have blocks with hidden neurons', hidden.map(({ name }) => name).join(', ') || 'none'); // prettier-ignore
}

/** Importance of the blocks and moments of the matrices' inputs, seen in the same pass. */
function onePass<B>(
  model: Module,
  paths: readonly string[],
  calibration: Calibration<B>,
  calibrate: CalibrationOptions
): { importance: Map<string, number>; moments: MomentsOf } {
  const sums = new Map<string, { sum: number; count: number }>();
  const modules = model.modules();
  const release = paths.map((path) =>
    modules.get(path)!.intercept((inner, x) => {
      const y = inner(x);
      const { sum, count } = sums.get(path) ?? { sum: 0, count: 0 };
      const rows = x.size / x.shape.at(-1)!;
      sums.set(path, { sum: sum + tf.tidy(() => angles(x, y).dataSync()[0]), count: count + rows });
      return y;
    })
  );
  try {
    const moments = inputMoments(WHERE, model, calibration, { ...calibrate, whole: false });
    return { importance: new Map([...sums].map(([path, { sum, count }]) => [path, sum / count])), moments };
  } finally {
    release.forEach((undo) => undo());
  }
}

/** Sum over rows of the angle between them, over pi. */
function angles(x: tf.Tensor, y: tf.Tensor): tf.Tensor {
  const unit = (z: tf.Tensor): tf.Tensor => z.div(z.norm('euclidean', -1, true).maximum(1e-20));
  // By the chord: the arc cosine of what is near 1 has no digits left.
  const chord = unit(x).sub(unit(y)).norm('euclidean', -1);
  return tf.asin(chord.div(2).clipByValue(0, 1)).mul(2 / Math.PI).sum(); // prettier-ignore
}

/** Sizes of outputs, of the matrices that read a group. */
function outputSizes(moments: MomentsOf): ValueImportance {
  return {
    kind: 'outputSize',
    score: (model) => {
      const readers = new Set(
        [...groupsOf(model).values()]
          .filter(({ kind }) => kind === 'hidden')
          .flatMap(({ members }) =>
            members.filter(({ path, dimension }) => dimension === model.stored().get(path)!.axes.length - 2)
          ) // prettier-ignore
          .map(({ path }) => path)
      );
      return wandaScores(model, new Map([...moments].filter(([path]) => readers.has(path))));
    }
  };
}
