import { tf } from '../../../base/backend';
import { expectInteger, expectOneOf } from '../../../base/core';
import type { ValueImportance } from './importance';
import { expectTask } from './parts/calibration';
import type { CalibrationOptions, CalibrationTask } from './parts/calibration';
import { isBias, maskedValue } from './parts/scoreEach';
import type { BiasOptions } from './parts/scoreEach';
import { sumOfGradients } from './parts/taskGradients';

export interface TaylorOptions extends CalibrationOptions, BiasOptions {
  /** "sum" adds `|w g|` over the values of a slice, "magnitude" takes `|sum w g|`, what the loss changes by to first order. Default "magnitude". */
  gather?: 'sum' | 'magnitude';
}

/**
 * First-order Taylor importance (Molchanov et al., arXiv 1906.10771): gradients g of the task's loss, summed over batches, times the weights.
 *
 * @throws {SwitchyardError} where there is no task, or no batches; when it scores, where the loss does not depend on the model, or is not finite.
 */
export function taylor<B>(task: CalibrationTask<B>, options: TaylorOptions = {}): ValueImportance {
  const { batches = 4, gather = 'magnitude', seed = 0, biases = false } = options;
  expectTask('prune.taylor', task);
  expectInteger('prune.taylor', 'batches', batches, 1);
  expectOneOf('prune.taylor', 'gather', gather, ['sum', 'magnitude']);
  return {
    kind: 'taylor',
    gather,
    score: (model) => {
      const sums = sumOfGradients('prune.taylor', model, task, { batches, seed, of: (gradient) => gradient });
      const scores = new Map<string, tf.Tensor>();
      sums.forEach((sum, path) => {
        if (biases || !isBias(path)) {
          const product = (): tf.Tensor => maskedValue(model, path).mul(sum);
          scores.set(
            path,
            tf.tidy(() => (gather === 'sum' ? product().abs() : product()))
          );
        }
        sum.dispose();
      });
      return scores;
    }
  };
}
