import type { tf } from '../../../base/backend';
import { expectOneOf } from '../../../base/core';
import { divergence, DISTANCES } from '../outputDivergence';
import type { OutputDistance } from '../outputDivergence';
import { outputsOf } from '../outputDivergence';
import type { GroupImportance } from './importance';
import { checkCalibration } from './parts/calibration';
import { withoutEach } from './parts/withoutEach';

/** Options of `prune.outputDistance`. */
export interface OutputDistanceOptions {
  /** Distance of the outputs. Default "kl". */
  distance?: OutputDistance;
}

/**
 * Output distance: how far the outputs of the whole model move when a position goes, measured, one pass over the inputs for each.
 *
 * @param inputs - Inputs of the model, each of one pass.
 * @throws {SwitchyardError} where there are no inputs; when it scores, where outputs are not finite.
 */
export function outputDistance(
  inputs: tf.Tensor | readonly tf.Tensor[],
  { distance = 'kl' }: OutputDistanceOptions = {}
): GroupImportance {
  const where = 'prune.outputDistance';
  checkCalibration(where, inputs, {});
  expectOneOf(where, 'distance', distance, DISTANCES);
  return {
    kind: 'outputDistance',
    scoreGroups: (model, groups) => {
      const whole = outputsOf(model, inputs);
      try {
        return withoutEach(where, model, groups, (cut) => divergence(where, cut, inputs, { whole, distance }));
      } finally {
        whole.forEach((each) => each.dispose());
      }
    }
  };
}
