import { expectInteger, expectNumber, fail, given } from '../../../base/core';
import { sineSolver } from './sineSolver';
import { framesOf, innerOf, velocities, type VorticityFlow, type VorticityState } from './vorticity';

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
export interface TubeCase {
  grid: number;
  inletSpeed: number;
  viscosity: number;
  interval: number;
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
    return simulate({ grid, inletSpeed, viscosity: own, interval }, frames, solve);
  });
}

function simulate(
  flow: Omit<TubeCase, 'frames'>,
  frames: number,
  solve: (right: Float64Array) => Float64Array
): TubeCase {
  const { grid: G, inletSpeed, viscosity, interval } = flow;
  const h = 1 / (G - 1);
  // The stream function of a flow that is the same everywhere; what is solved for is how far it is from that.
  const even = (at: number): number => inletSpeed * Math.floor(at / G) * h;
  const state: VorticityState = { grid: G, vorticity: new Float64Array(G * G), stream: Float64Array.from({ length: G * G }, (_, at) => even(at)) }; // prettier-ignore
  const equations: VorticityFlow = {
    viscosity,
    speed: 2 * inletSpeed,
    border: ({ vorticity: w, stream: s }) => {
      for (let i = 1; i < G - 1; i++) {
        // Bottom and top, whose stream functions are 0 and the speed; the inlet, across which nothing moves up; what leaves.
        w[i] = (-2 * s[G + i]) / h ** 2;
        w[(G - 1) * G + i] = (2 * (inletSpeed - s[(G - 2) * G + i])) / h ** 2;
        w[i * G] = (-2 * (s[i * G + 1] - s[i * G])) / h ** 2;
        w[i * G + G - 1] = w[i * G + G - 2];
      }
    },
    solve: (now) => {
      const found = solve(innerOf(now, (at) => -now.vorticity[at]));
      for (let y = 1; y < G - 1; y++) {
        for (let x = 1; x < G; x++) {
          now.stream[y * G + x] = even(y * G) + found[(y - 1) * (G - 2) + Math.min(x, G - 2) - 1];
        }
      }
    }
  };
  const picture = (): Float32Array => {
    const out = velocities(state);
    for (let y = 1; y < G - 1; y++) {
      out[2 * y * G] = inletSpeed;
      out[2 * (y * G + G - 1)] = (state.stream[(y + 2) * G - 1] - state.stream[y * G - 1]) / (2 * h);
    }
    return out;
  };
  return { ...flow, frames: framesOf(state, equations, { frames, interval, picture }) };
}
