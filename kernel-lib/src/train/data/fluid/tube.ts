import { expectInteger, expectNumber, fail, given } from '../../../base/core';
import { channelFrames, type ChannelFlow } from './channel';
import { sineSolver } from './sineSolver';

/** Options of `data.tube`. */
export interface TubeOptions {
  /** Points a side of the unit square, G. Default 32. */
  grid?: number;
  /** Speed at the inlet of each case, above 0. */
  inletSpeeds: readonly number[];
  /** Kinematic viscosity, of all cases or of each. Default 0.05. */
  viscosity?: number | readonly number[];
  /** Frames of each case, the first of which moves alike everywhere. Default 20. */
  frames?: number;
  /** Time between two frames. Default 0.1. */
  interval?: number;
}

/** A case: its settings, and velocities (to the right and up) over time. */
export interface TubeCase extends ChannelFlow {
  /** [frames][G, G, 2], rows from the bottom up. */
  frames: Float32Array[];
}

/**
 * Flow between two walls at rest, as in the cases "tube" of CFDBench (arXiv 2310.05963): it enters on the left at one speed, starts with it everywhere, and leaves on the right where nothing changes along it any more, so that far from the inlet
 * it is a parabola. Vorticity and stream function as of `data.cavity`; what enters a column leaves it.
 *
 * @throws {SwitchyardError} where an option is out of range, or a viscosity is not of each case.
 */
export function tube(options: TubeOptions): TubeCase[] {
  const where = 'data.tube';
  const { grid = 32, inletSpeeds, viscosity = 0.05, frames = 20, interval = 0.1 } = given(where, options);
  expectInteger(where, 'grid', grid, 4);
  expectInteger(where, 'inlet speeds', given(where, inletSpeeds, 'inletSpeeds').length, 1);
  expectInteger(where, 'frames', frames, 1);
  expectNumber(where, 'interval', interval, 1e-6);
  if (typeof viscosity !== 'number' && viscosity.length !== inletSpeeds.length) {
    fail(where, `viscosity must be of each case (${inletSpeeds.length})`, viscosity.length);
  }
  const solve = sineSolver(grid - 2, 1 / (grid - 1), { open: true });
  return inletSpeeds.map((inletSpeed, i) => {
    const own = typeof viscosity === 'number' ? viscosity : viscosity[i];
    expectNumber(where, 'inletSpeeds', inletSpeed, 1e-6);
    expectNumber(where, 'viscosity', own, 1e-6);
    const flow: ChannelFlow = { grid, inletSpeed, viscosity: own, interval };
    return { ...flow, frames: channelFrames(flow, frames, solve) };
  });
}
