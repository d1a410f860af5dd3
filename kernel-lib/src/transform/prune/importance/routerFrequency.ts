import { fail, observer } from '../../../base/core';
import type { GroupImportance } from './importance';
import { checkCalibration, eachPass } from './parts/calibration';
import type { Calibration, CalibrationOptions } from './parts/calibration';

/**
 * Router frequency: the share of the choices of a mixture that go to each of its experts, on calibration data. For groups of experts only.
 *
 * @throws {SwitchyardError} where there is no calibration data; when it scores, for a group that no mixture routes to.
 */
export function routerFrequency<B>(calibration: Calibration<B>, options: CalibrationOptions = {}): GroupImportance {
  const where = 'prune.routerFrequency';
  checkCalibration(where, calibration, options);
  return {
    kind: 'routerFrequency',
    scoreGroups: (model, groups) => {
      const counts = new Map<string, Float64Array>();
      const count = observer('routing', ({ path, numExperts, indices }) => {
        const own = counts.get(path) ?? new Float64Array(numExperts);
        indices.forEach((expert) => expert >= 0 && own[expert]++);
        counts.set(path, own);
      });
      eachPass(model, calibration, { ...options, observers: [count] }, () => null);
      return groups.map(({ name, kind, axis }) => {
        const own = kind === 'experts' ? counts.get(name.slice(0, -'.experts'.length)) : undefined;
        if (own === undefined) {
          return fail(where, 'groups must be of experts that a router chose', name);
        }
        const total = own.reduce((a, b) => a + b, 0);
        const scores = new Float32Array(axis.storedSize);
        const read = axis.selection ?? own.keys();
        Array.from(read).forEach((position, i) => (scores[position] = own[i] / Math.max(1, total)));
        return scores;
      });
    }
  };
}
