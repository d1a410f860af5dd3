import { fail } from '../../base/core';
import type { Estimate } from '../../base/math/bootstrap';

/** Phase of a training: surge, stabilisation or relaxation. */
export interface Phase {
  kind: 'surge' | 'stabilisation' | 'relaxation';
  /** Steps of its first and last checkpoint. */
  from: number;
  to: number;
}

/** Phases of a training, one after the other. */
export interface Phases {
  phases: Phase[];
  /** Gamma rises and later falls (or the reverse) by more than the intervals allow. */
  nonMonotone: boolean;
}

/**
 * Phases of expert routing over the checkpoints of a training (arXiv 2604.04230): gamma surges where the interval of a
 * checkpoint lies above that of the one before, relaxes where it lies below, and is stable where the two overlap.
 *
 * @throws {SwitchyardError} where steps do not rise.
 */
export function phases(checkpoints: readonly { step: number; gammaEff: Estimate }[]): Phases {
  const out: Phase[] = [];
  checkpoints.slice(1).forEach(({ step, gammaEff }, i) => {
    const before = checkpoints[i];
    if (step <= before.step) {
      fail('moe.analysis.phases', `steps must rise (after ${before.step})`, step);
    }
    const kind = kindOf(before.gammaEff, gammaEff);
    const last = out.at(-1);
    if (last?.kind === kind) {
      last.to = step;
    } else {
      out.push({ kind, from: before.step, to: step });
    }
  });
  const gammas = checkpoints.map(({ gammaEff }) => gammaEff);
  return { phases: out, nonMonotone: turns(gammas, isAbove) || turns(gammas, (a, b) => isAbove(b, a)) };
}

function kindOf(before: Estimate, after: Estimate): Phase['kind'] {
  return isAbove(after, before) ? 'surge' : isAbove(before, after) ? 'relaxation' : 'stabilisation';
}

function isAbove(a: Estimate, b: Estimate): boolean {
  return a.low > b.high;
}

/** Some value is beyond one before it and one after it. */
function turns(gammas: readonly Estimate[], beyond: (a: Estimate, b: Estimate) => boolean): boolean {
  return gammas.some(
    (at, i) =>
      gammas.slice(0, i).some((before) => beyond(at, before)) && gammas.slice(i + 1).some((after) => beyond(at, after))
  );
}
