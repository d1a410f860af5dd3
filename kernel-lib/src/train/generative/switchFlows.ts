import { expectNumber, fail } from '../../base/core';
import type { Velocity } from './flow';

/** One network, and when it works. */
export interface FlowStage {
  /** Time from which it does, 0..1; until the next one's. */
  from: number;
  velocity: Velocity;
}

/**
 * A flow that several networks lead in turn, each for a part of the way from noise to data: a light one where little is asked for, the
 * whole one elsewhere (multi-UNet switching of A-SDM, arXiv 2406.00210).
 *
 * @throws {SwitchyardError} where the first stage does not begin at 0, or a later one not after the one before it.
 */
export function switchFlows(stages: readonly FlowStage[]): Velocity {
  const where = 'generative.switchFlows';
  stages.forEach(({ from }) => expectNumber(where, 'from', from, 0, 1));
  const starts = stages.map(({ from }) => from);
  if (starts[0] !== 0 || starts.some((from, i) => i > 0 && from <= starts[i - 1])) {
    fail(where, 'stages must begin at 0 and follow one another', starts);
  }
  return (x, t) =>
    stages
      .filter(({ from }) => from <= t)
      .at(-1)!
      .velocity(x, t);
}
