import { expectInteger, expectNumber, fail, given } from '../../../base/core';
import { sineSolver } from './sineSolver';
import { framesOf, innerOf, velocities, type VorticityFlow, type VorticityState } from './vorticity';

/** Options of `data.cavity`. */
export interface CavityOptions {
  /** Points a side of the unit square, G. Default 32. */
  grid?: number;
  /** Speed of the lid of each case. */
  lidSpeeds: readonly number[];
  /** Kinematic viscosity, of all cases or of each. Default 0.01. */
  viscosity?: number | readonly number[];
  /** Frames of each case, the first of which is at rest but for the lid. Default 20. */
  frames?: number;
  /** Time between two frames. Default 0.1. */
  interval?: number;
}

/** A case: its settings, and velocities (to the right and up) over time. */
export interface FlowCase {
  grid: number;
  lidSpeed: number;
  viscosity: number;
  interval: number;
  /** [frames][G, G, 2], rows from the bottom up. */
  frames: Float32Array[];
}

/**
 * Flow in a square whose lid moves to the right and whose other walls rest, as in the cases "cavity" of CFDBench (arXiv 2310.05963): vorticity by central differences and explicit steps with the wall formula of Thom, and a stream
 * function that is solved for in each step, of which velocities are central differences, so that their divergence on the grid is that of rounding. Time steps keep below the limits of diffusion and of flow.
 *
 * @throws {SwitchyardError} where an option is out of range, or a viscosity is not of each case.
 */
export function cavity(options: CavityOptions): FlowCase[] {
  const where = 'data.cavity';
  const { grid = 32, lidSpeeds, viscosity = 0.01, frames = 20, interval = 0.1 } = given(where, options);
  expectInteger(where, 'grid', grid, 4);
  expectInteger(where, 'lid speeds', given(where, lidSpeeds, 'lidSpeeds').length, 1);
  expectInteger(where, 'frames', frames, 1);
  expectNumber(where, 'interval', interval, 1e-6);
  if (typeof viscosity !== 'number' && viscosity.length !== lidSpeeds.length) {
    fail(where, `viscosity must be of each case (${lidSpeeds.length})`, viscosity.length);
  }
  const solve = sineSolver(grid - 2, 1 / (grid - 1));
  return lidSpeeds.map((lidSpeed, i) => {
    const own = typeof viscosity === 'number' ? viscosity : viscosity[i];
    expectNumber(where, 'lidSpeeds', lidSpeed);
    expectNumber(where, 'viscosity', own, 1e-6);
    return simulate({ grid, lidSpeed, viscosity: own, interval }, frames, solve);
  });
}

function simulate(
  flow: Omit<FlowCase, 'frames'>,
  frames: number,
  solve: (right: Float64Array) => Float64Array
): FlowCase {
  const { grid: G, lidSpeed, viscosity, interval } = flow;
  const h = 1 / (G - 1);
  const state: VorticityState = { grid: G, vorticity: new Float64Array(G * G), stream: new Float64Array(G * G) };
  const equations: VorticityFlow = {
    viscosity,
    speed: Math.abs(lidSpeed),
    border: ({ vorticity: w, stream: s }) => {
      for (let i = 1; i < G - 1; i++) {
        // Bottom, top, left and right.
        w[i] = (-2 * s[G + i]) / h ** 2;
        w[(G - 1) * G + i] = (-2 * s[(G - 2) * G + i]) / h ** 2 - (2 * lidSpeed) / h;
        w[i * G] = (-2 * s[i * G + 1]) / h ** 2;
        w[i * G + G - 1] = (-2 * s[i * G + G - 2]) / h ** 2;
      }
    },
    solve: (now) => {
      const found = solve(innerOf(now, (at) => -now.vorticity[at]));
      for (let i = 0; i < found.length; i++) {
        now.stream[(Math.floor(i / (G - 2)) + 1) * G + (i % (G - 2)) + 1] = found[i];
      }
    }
  };
  const picture = (): Float32Array => {
    const out = velocities(state);
    for (let x = 0; x < G; x++) {
      out[2 * ((G - 1) * G + x)] = lidSpeed;
    }
    return out;
  };
  return { ...flow, frames: framesOf(state, equations, { frames, interval, picture }) };
}
