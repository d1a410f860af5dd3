import { tf } from '../../../base/backend';
import type { ValueImportance } from './importance';
import { checkCalibration } from './parts/calibration';
import type { Calibration, CalibrationOptions } from './parts/calibration';
import { inputMoments, multipliedPaths } from './parts/inputMoments';
import { maskedValue } from './parts/scoreEach';

/**
 * Wanda (Sun et al., arXiv 2306.11695): `|w_ij| ||x_i||`, the norm of an input the root of its mean square over the tokens of the calibration
 * data; ranked among the inputs of each output. It scores the matrices of `Linear` and `Conv2d`, and no banks of experts.
 *
 * @throws {SwitchyardError} where there is no calibration data; when it scores, where an input is not finite.
 */
export function wanda<B>(calibration: Calibration<B>, options: CalibrationOptions = {}): ValueImportance {
  checkCalibration('prune.wanda', calibration, options);
  return {
    kind: 'wanda',
    scope: 'output',
    scored: multipliedPaths,
    score: (model) => {
      const moments = inputMoments('prune.wanda', model, calibration, { ...options, whole: false });
      return new Map(
        [...moments].map(([path, { sums, count, inputs }]) => [
          path,
          tf.tidy(() => {
            const value = maskedValue(model, path);
            const norms = tf.tensor1d(sums).div(count).sqrt();
            return value.abs().reshape([inputs, -1]).mul(norms.expandDims(1)).reshape(value.shape);
          })
        ])
      );
    }
  };
}
