import { expectInteger, expectNumber, fail, given } from '../../../base/core';
import { sineSolver } from './sineSolver';

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
    return simulate({ grid, lidSpeed, viscosity: own, interval, frames: [] }, frames, solve);
  });
}

function simulate(flow: FlowCase, count: number, solve: (right: Float64Array) => Float64Array): FlowCase {
  const { grid: G, lidSpeed, viscosity, interval } = flow;
  const h = 1 / (G - 1);
  const stable = Math.min((0.2 * h * h) / viscosity, (0.2 * h) / Math.max(1e-9, Math.abs(lidSpeed)));
  const steps = Math.ceil(interval / stable);
  const state = { vorticity: new Float64Array(G * G), stream: new Float64Array(G * G) };
  flow.frames.push(velocities(state.stream, flow));
  while (flow.frames.length < count) {
    for (let step = 0; step < steps; step++) {
      advance(state, flow, interval / steps, solve);
    }
    flow.frames.push(velocities(state.stream, flow));
  }
  return flow;
}

function advance(
  state: { vorticity: Float64Array; stream: Float64Array },
  { grid: G, lidSpeed, viscosity }: FlowCase,
  dt: number,
  solve: (right: Float64Array) => Float64Array
): void {
  const { vorticity: w, stream: s } = state;
  const h = 1 / (G - 1);
  for (let i = 1; i < G - 1; i++) {
    // Bottom, top, left and right.
    w[i] = (-2 * s[G + i]) / h ** 2;
    w[(G - 1) * G + i] = (-2 * s[(G - 2) * G + i]) / h ** 2 - (2 * lidSpeed) / h;
    w[i * G] = (-2 * s[i * G + 1]) / h ** 2;
    w[i * G + G - 1] = (-2 * s[i * G + G - 2]) / h ** 2;
  }
  const next = w.slice();
  const inner = new Float64Array((G - 2) ** 2);
  for (let y = 1; y < G - 1; y++) {
    for (let x = 1; x < G - 1; x++) {
      const at = y * G + x;
      const u = (s[at + G] - s[at - G]) / (2 * h);
      const v = -(s[at + 1] - s[at - 1]) / (2 * h);
      const carried = (u * (w[at + 1] - w[at - 1]) + v * (w[at + G] - w[at - G])) / (2 * h);
      const spread = (w[at + 1] + w[at - 1] + w[at + G] + w[at - G] - 4 * w[at]) / h ** 2;
      next[at] = w[at] + dt * (viscosity * spread - carried);
      inner[(y - 1) * (G - 2) + x - 1] = -next[at];
    }
  }
  const found = solve(inner);
  for (let y = 1; y < G - 1; y++) {
    for (let x = 1; x < G - 1; x++) {
      s[y * G + x] = found[(y - 1) * (G - 2) + x - 1];
    }
  }
  state.vorticity = next;
}

function velocities(stream: Float64Array, { grid: G, lidSpeed }: FlowCase): Float32Array {
  const h = 1 / (G - 1);
  const out = new Float32Array(G * G * 2);
  for (let y = 1; y < G - 1; y++) {
    for (let x = 1; x < G - 1; x++) {
      const at = y * G + x;
      out[2 * at] = (stream[at + G] - stream[at - G]) / (2 * h);
      out[2 * at + 1] = -(stream[at + 1] - stream[at - 1]) / (2 * h);
    }
  }
  for (let x = 0; x < G; x++) {
    out[2 * ((G - 1) * G + x)] = lidSpeed;
  }
  return out;
}

/** Largest divergence of a frame by central differences at its inner points, [G, G, 2], in units of speed over length. */
export function divergence(frame: Float32Array, grid: number): number {
  expectInteger('data.divergence', 'values of the frame', frame.length, 2 * grid * grid, 2 * grid * grid);
  let most = 0;
  for (let y = 1; y < grid - 1; y++) {
    for (let x = 1; x < grid - 1; x++) {
      const at = 2 * (y * grid + x);
      const along = frame[at + 2] - frame[at - 2];
      const up = frame[at + 2 * grid + 1] - frame[at - 2 * grid + 1];
      most = Math.max(most, Math.abs((along + up) * (grid - 1)) / 2);
    }
  }
  return most;
}
