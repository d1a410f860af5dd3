import { tf } from '../../../base/backend';
import type { Module } from '../../../base/core';
import type { ValueImportance } from './importance';
import { checkCalibration } from './parts/calibration';
import type { Calibration, CalibrationOptions } from './parts/calibration';
import { inputMoments, inputsOf, multipliedPaths } from './parts/inputMoments';
import type { MomentsOf } from './parts/inputMoments';
import { maskedValue } from './parts/scoreEach';

/**
 * Wanda (Sun et al., arXiv 2306.11695): `|w_ij| ||x_i||`, the norm of an input the root of its mean square over the tokens of the calibration
 * data; ranked among the inputs of each output. It scores the matrices of `Linear`, `Conv2d` and banks of experts, an expert's by the tokens that are
 * routed to it; of one that none reaches all inputs count alike.
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
      return wandaScores(model, inputMoments('prune.wanda', model, calibration, { ...options, whole: false }));
    }
  };
}

/** Scores of the matrices whose inputs' moments are known. */
export function wandaScores(model: Module, moments: MomentsOf): Map<string, tf.Tensor> {
  return new Map(
    [...moments].map(([path, copies]) => [
      path,
      tf.tidy(() => {
        const value = maskedValue(model, path);
        const inputs = inputsOf(copies);
        const norms = copies.map((seen) =>
          seen === null ? tf.ones([inputs]) : tf.tensor1d(seen.sums).div(seen.count).sqrt()
        );
        const scale = tf.stack(norms).expandDims(2);
        return value.abs().reshape([copies.length, inputs, -1]).mul(scale).reshape(value.shape);
      })
    ])
  );
}
