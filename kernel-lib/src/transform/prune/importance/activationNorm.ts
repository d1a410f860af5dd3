import { fail } from '../../../base/core';
import type { Module } from '../../../base/core';
import type { PruningGroup } from '../groups';
import type { GroupImportance } from './importance';
import { checkCalibration } from './parts/calibration';
import type { Calibration, CalibrationOptions } from './parts/calibration';
import { inputMoments, inputsOf } from './parts/inputMoments';
import type { MomentsOf } from './parts/inputMoments';

/**
 * Activation norm: the root of the mean square of what a position carries, on calibration data, where matrices read it: of a hidden neuron its
 * activation, of a head the norm of its output. Positions that several matrices read count by the mean of their squares.
 *
 * @throws {SwitchyardError} where there is no calibration data; when it scores, where an input is not finite, or no matrix reads a group.
 */
export function activationNorm<B>(calibration: Calibration<B>, options: CalibrationOptions = {}): GroupImportance {
  const where = 'prune.activationNorm';
  checkCalibration(where, calibration, options);
  return {
    kind: 'activationNorm',
    scoreGroups: (model, groups) => {
      const moments = inputMoments(where, model, calibration, { ...options, whole: false });
      return groups.map((group) => normsOf(where, model, group, moments));
    }
  };
}

function normsOf(where: string, model: Module, group: PruningGroup, moments: MomentsOf): Float32Array {
  const stored = model.stored();
  const squares = new Float64Array(group.axis.storedSize);
  let readers = 0;
  for (const { path, dimension } of group.members) {
    const all = moments.get(path);
    const { axes } = stored.get(path)!;
    if (all === undefined || dimension !== axes.length - 2) {
      continue;
    }
    readers++;
    // Experts of a bank share their neurons' numbers: the mean is over the rows of all.
    const seen = all.filter((each) => each !== null);
    const count = seen.reduce((sum, each) => sum + each.count, 0);
    const inputs = inputsOf(all);
    const places = axes[dimension].placesOf(group.axis);
    const read = axes[dimension].selection ?? places.keys();
    // A kernel has each channel at several places.
    const channels = axes[dimension].size;
    Array.from(read).forEach((place, i) => {
      for (let at = i; at < inputs; at += channels) {
        const sum = seen.reduce((total, { sums }) => total + sums[at], 0);
        squares[places[place]] += places[place] < 0 ? 0 : sum / count;
      }
    });
  }
  if (readers === 0) {
    fail(
      where,
      `a matrix must read "${group.name}"`,
      group.members.map(({ path }) => path)
    );
  }
  return Float32Array.from(squares, (square) => Math.sqrt(square / readers));
}
