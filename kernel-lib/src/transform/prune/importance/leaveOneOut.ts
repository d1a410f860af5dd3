import { fail } from '../../../base/core';
import type { Module } from '../../../base/core';
import type { GroupImportance } from './importance';
import { checkCalibration, eachPass, expectTask } from './parts/calibration';
import type { CalibrationOptions, CalibrationTask } from './parts/calibration';
import { withoutEach } from './parts/withoutEach';

/**
 * Leave one out: how much the task's loss grows when a position goes, measured, one pass over the batches for each. Below 0 where the model is
 * better off without.
 *
 * @throws {SwitchyardError} where there is no task, or no batches; when it scores, where the loss is not finite.
 */
export function leaveOneOut<B>(task: CalibrationTask<B>, options: CalibrationOptions = {}): GroupImportance {
  const where = 'prune.leaveOneOut';
  expectTask(where, task);
  checkCalibration(where, task, options);
  const lossOf = (model: Module): number => {
    const losses = eachPass(model, task, options, (loss) => loss.dataSync()[0]);
    const mean = losses.reduce((a, b) => a + b, 0) / losses.length;
    return Number.isFinite(mean) ? mean : fail(where, 'the loss of a calibration batch must be finite', mean);
  };
  return {
    kind: 'leaveOneOut',
    scoreGroups: (model, groups) => {
      const whole = lossOf(model);
      return withoutEach(where, model, groups, (cut) => lossOf(cut) - whole);
    }
  };
}
