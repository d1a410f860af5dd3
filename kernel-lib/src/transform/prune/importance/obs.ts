import { tf } from '../../../base/backend';
import { expectInteger, expectNumber } from '../../../base/core';
import { invertPositive } from '../../../base/math';
import type { ValueImportance } from './importance';
import { expectTask } from './parts/calibration';
import type { CalibrationOptions, CalibrationTask } from './parts/calibration';
import { isBias, maskedValue } from './parts/scoreEach';
import type { BiasOptions } from './parts/scoreEach';
import { taskGradients } from './parts/taskGradients';

export interface ObsOptions extends CalibrationOptions, BiasOptions {
  /** Added to the diagonal of the Fisher matrix; above 0. Default 1e-3. */
  damping?: number;
}

/**
 * Optimal brain surgeon (Hassibi and Stork 1992): `w^2 / (2 [H^-1]_qq)`, what the loss grows by when a value goes and the others make up for it. H
 * is the empirical Fisher matrix of each parameter's values, of the gradients of as many batches as there are, and a damping; its inverse's
 * diagonal comes from a system as large as the number of batches (Woodbury; M-FAC, arXiv 2107.03356).
 *
 * @throws {SwitchyardError} where an option is out of range; when it scores, where the loss does not depend on the model, or is not finite.
 */
export function obs<B>(task: CalibrationTask<B>, options: ObsOptions = {}): ValueImportance {
  const { batches = 4, seed = 0, damping = 1e-3, biases = false } = options;
  expectTask('prune.obs', task);
  expectInteger('prune.obs', 'batches', batches, 1);
  expectNumber('prune.obs', 'damping', damping, Number.MIN_VALUE);
  return {
    kind: 'obs',
    score: (model) => {
      const all = Array.from({ length: batches }, (_, i) =>
        taskGradients('prune.obs', model, task, { step: i + 1, seed })
      );
      try {
        const paths = [...all[0].keys()].filter((path) => biases || !isBias(path));
        return new Map(
          paths.map((path) => [
            path,
            tf.tidy(() => {
              const gradients = tf.stack(all.map((each) => each.get(path)!.flatten())) as tf.Tensor2D;
              const inverse = inverseDiagonal(gradients, damping);
              const value = maskedValue(model, path);
              return value.square().div(inverse.reshape(value.shape).mul(2));
            })
          ])
        );
      } finally {
        tf.dispose(all.flatMap((each) => [...each.values()]));
      }
    }
  };
}

/** Diagonal of `(damping I + G^T G / m)^-1` for gradients G [m, n]. */
function inverseDiagonal(gradients: tf.Tensor2D, damping: number): tf.Tensor {
  const [count] = gradients.shape;
  const small = tf.matMul(gradients, gradients, false, true).add<tf.Tensor2D>(tf.eye(count).mul(damping * count));
  const inverse = invertPositive('prune.obs', small);
  const explained = tf.matMul(inverse, gradients).mul(gradients).sum(0);
  return tf.sub(1, explained).div(damping);
}
