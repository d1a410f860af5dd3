import { tf } from '../../../base/backend';
import { expectInteger, expectNumber, Random } from '../../../base/core';
import type { Module } from '../../../base/core';
import { copyModel } from '../../../models/copyModel';
import type { ValueImportance } from './importance';
import { expectTask } from './parts/calibration';
import type { CalibrationOptions, CalibrationTask } from './parts/calibration';
import { isBias, maskedValue } from './parts/scoreEach';
import type { BiasOptions } from './parts/scoreEach';
import { sumOfGradients } from './parts/taskGradients';

export interface HessianOptions extends CalibrationOptions, BiasOptions {
  /** Random directions of signs that the diagonal is estimated with (Hutchinson). Default 8. */
  probes?: number;
  /** Step along a direction that gradients are compared over. Default 1e-2. */
  step?: number;
}

/**
 * Diagonal of the Hessian (optimal brain damage, LeCun et al. 1989): `w^2 H / 2`, what the loss grows by to second order. The diagonal is the mean
 * of `z (H z)` over random signs z, and `H z` the difference of the gradients at `w + step z` and `w - step z`: exact where the loss is quadratic
 * and the Hessian diagonal. The model stays as it is.
 *
 * @throws {SwitchyardError} where an option is out of range; when it scores, where the loss does not depend on the model, or is not finite.
 */
export function hessian<B>(task: CalibrationTask<B>, options: HessianOptions = {}): ValueImportance {
  const where = 'prune.hessian';
  expectTask(where, task);
  const { batches = 4, seed = 0, probes = 8, step = 1e-2, biases = false } = options;
  expectInteger(where, 'batches', batches, 1);
  expectInteger(where, 'probes', probes, 1);
  expectNumber(where, 'step', step, Number.MIN_VALUE);
  const gradientsAt = (model: Module, of: Module, z: ReadonlyMap<string, tf.Tensor>, scale: number) => {
    const values = of.parameters();
    tf.tidy(() =>
      model.parameters().forEach((each, path) => each.assign(values.get(path)!.variable.add(z.get(path)!.mul(scale))))
    );
    return sumOfGradients(where, model, task, { batches, seed, of: (gradient) => gradient });
  };
  return {
    kind: 'hessian',
    score: (model) => {
      const moved = copyModel(model);
      const sums = new Map<string, tf.Tensor>();
      try {
        for (let probe = 0; probe < probes; probe++) {
          const z = signs(model, Random.fromSeed(seed).child('hessian').child(probe));
          const [up, down] = [gradientsAt(moved, model, z, step), gradientsAt(moved, model, z, -step)];
          up.forEach((gradient, path) => {
            const before = sums.get(path);
            const own = tf.tidy(() =>
              gradient
                .sub(down.get(path)!)
                .mul(z.get(path)!)
                .add(before ?? 0)
            );
            before?.dispose();
            sums.set(path, own);
          });
          tf.dispose([...z.values(), ...up.values(), ...down.values()]);
        }
      } finally {
        moved.dispose();
      }
      const scores = new Map<string, tf.Tensor>();
      sums.forEach((sum, path) => {
        if (biases || !isBias(path)) {
          // Sums over probes, batches and a difference of two steps; of which half is wanted.
          const scale = 1 / (4 * step * probes * batches);
          scores.set(
            path,
            tf.tidy(() => maskedValue(model, path).square().mul(sum).mul(scale))
          );
        }
        sum.dispose();
      });
      return scores;
    }
  };
}

function signs(model: Module, random: Random): Map<string, tf.Tensor> {
  return new Map(
    [...model.parameters()].map(([path, { shape }]) => [
      path,
      tf.tidy(() => random.child(path).uniform(shape).greater(0.5).toFloat().mul(2).sub(1))
    ])
  );
}
