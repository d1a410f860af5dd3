import { tf } from '../../../base/backend';
import { expectInteger } from '../../../base/core';
import type { ValueImportance } from './importance';
import { expectTask } from './parts/calibration';
import type { CalibrationOptions, CalibrationTask } from './parts/calibration';
import { isBias, maskedValue } from './parts/scoreEach';
import type { BiasOptions } from './parts/scoreEach';
import { sumOfGradients } from './parts/taskGradients';

export interface FisherOptions extends CalibrationOptions, BiasOptions {}

/**
 * Diagonal of the empirical Fisher information (Theis et al., arXiv 1801.05787): `w^2 F / 2`, F the mean over batches of the squared gradient of
 * a batch's loss. With batches of one example it is the Fisher information; larger ones make it smaller.
 *
 * @throws {SwitchyardError} where there is no task, or no batches; when it scores, where the loss does not depend on the model, or is not finite.
 */
export function fisher<B>(task: CalibrationTask<B>, options: FisherOptions = {}): ValueImportance {
  const { batches = 4, seed = 0, biases = false } = options;
  expectTask('prune.fisher', task);
  expectInteger('prune.fisher', 'batches', batches, 1);
  return {
    kind: 'fisher',
    score: (model) => {
      const sums = sumOfGradients('prune.fisher', model, task, { batches, seed, of: (gradient) => gradient.square() });
      const scores = new Map<string, tf.Tensor>();
      sums.forEach((sum, path) => {
        if (biases || !isBias(path)) {
          scores.set(path, tf.tidy(() => maskedValue(model, path).square().mul(sum).div(2 * batches))); // prettier-ignore
        }
        sum.dispose();
      });
      return scores;
    }
  };
}
