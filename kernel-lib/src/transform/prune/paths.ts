import { tf } from '../../base/backend';
import { axesOf, expectInteger, fail, maskedPaths, masksAt, Random } from '../../base/core';
import type { Buffer } from '../../base/core';
import { copyModel } from '../../models/copyModel';
import { factorAt, ranksOf } from '../../models/factors';
import type { PathEnsemble } from '../../models/pathEnsemble';
import { resize, sizesOf } from '../../models/spec';
import type { VisionTransformer } from '../../models/vision';
import type { TransformReport } from '../moe/report';
import { checkCalibration, eachPass } from './importance/parts/calibration';
import type { CalibrationOptions, CalibrationTask } from './importance/parts/calibration';

export interface PathsOptions<B = unknown> extends CalibrationOptions {
  /** Task whose loss says what a path is worth. */
  task: CalibrationTask<B>;
  /** Paths that go, 0 to all but one. Default: as long as the loss falls without another one. */
  count?: number;
}

export interface PathsReport extends TransformReport {
  mode: 'mask';
  /** Mean loss of the batches, before and after. */
  loss: { before: number; after: number };
  /** Paths that went, in order, each with the loss when it was gone. */
  removed: { path: string; loss: number }[];
  /** Loss without each path alone. */
  alone: Record<string, number>;
}

const WHERE = 'prune.paths';
const SCALES = 'layers.scales';

/**
 * Path pruning of a vision transformer (arXiv 2308.06548): its blocks are unrolled into an ensemble of paths, and those whose absence from the sum lowers a task's loss
 * most go, one after the other. A new model with a scale for each path, `ensembleScale`, initially 1, to be trained; paths that went are masked there. What they give to
 * later blocks they still give. The model given stays.
 *
 * @throws {SwitchyardError} where an option is out of range, the model is cut in a mask, or a loss is not finite.
 */
export function paths<B>(
  model: VisionTransformer,
  { task, count, ...calibrate }: PathsOptions<B>
): { model: VisionTransformer; report: PathsReport } {
  checkCalibration(WHERE, task, calibrate);
  const ensemble = unrolled(model);
  try {
    const names = (ensemble.modules().get('layers') as PathEnsemble).paths;
    expectInteger(WHERE, 'count', count ?? 0, 0, names.length - 1);
    const mask = masksAt(ensemble, [SCALES]).get(SCALES)!;
    const lossOf = (): number => {
      const losses = eachPass(ensemble, task, calibrate, (loss) => loss.dataSync()[0]);
      const mean = losses.reduce((a, b) => a + b, 0) / losses.length;
      return Number.isFinite(mean) ? mean : fail(WHERE, 'the loss of the task must be finite', mean);
    };
    const before = lossOf();
    const { removed, alone } = removeGreedily(names, mask, { before, count, lossOf });
    const after = removed.at(-1)?.loss ?? before;
    const parameters = { before: model.countParameters(), after: ensemble.countParameters() };
    const report = { mode: 'mask' as const, parameters, loss: { before, after }, removed, alone };
    return { model: ensemble, report: { transformation: 'paths', ...report } };
  } catch (error) {
    ensemble.dispose();
    throw error;
  }
}

/** Removes paths, in place; those that are masked already stay so. */
function removeGreedily(
  names: readonly string[],
  mask: Buffer,
  { before, count, lossOf }: { before: number; count: number | undefined; lossOf: () => number }
): Pick<PathsReport, 'removed' | 'alone'> {
  const [rows, width] = mask.shape;
  const values = mask.variable.dataSync<'float32'>().slice();
  const isThere = (row: number): boolean => values.subarray(row * width, (row + 1) * width).includes(1);
  const without = (row: number): number => {
    const kept = values.slice().fill(0, row * width, (row + 1) * width);
    tf.tidy(() => mask.assign(tf.tensor(kept, [rows, width])));
    return lossOf();
  };
  const removed: PathsReport['removed'] = [];
  let alone: Record<string, number> | null = null;
  let current = before;
  while (removed.length < (count ?? rows - 1)) {
    const left = [...names.keys()].filter(isThere);
    const losses = left.map(without);
    alone ??= Object.fromEntries(left.map((row, i) => [names[row], losses[i]]));
    const best = losses.reduce((a, loss, i) => (loss < losses[a] ? i : a), 0);
    if (left.length < 2 || (count === undefined && losses[best] >= current)) {
      break;
    }
    current = losses[best];
    values.fill(0, left[best] * width, (left[best] + 1) * width);
    removed.push({ path: names[left[best]], loss: current });
  }
  tf.tidy(() => mask.assign(tf.tensor(values, [rows, width])));
  return { removed, alone: alone ?? {} };
}

/** The same model with a scale for each path. */
function unrolled(model: VisionTransformer): VisionTransformer {
  if (model.options.ensembleScale === true) {
    return copyModel(model);
  }
  const cut = [...axesOf(model)].find(([, { axis }]) => axis.selection !== null);
  if (cut !== undefined) {
    fail(WHERE, 'cuts must last (core.shrink)', `a mask of ${cut[0]}`);
  }
  const ensemble = model.rebuild({ ensembleScale: true }, Random.blank());
  try {
    factorAt(ensemble, ranksOf(model));
    resize(ensemble, sizesOf(model));
    masksAt(ensemble, maskedPaths(model));
    const stored = ensemble.stored();
    model.stored().forEach(({ variable }, path) => stored.get(path)!.assign(variable, path));
    return ensemble;
  } catch (error) {
    ensemble.dispose();
    throw error;
  }
}
