import { expectInteger, expectNumber, fail, given } from '../../../base/core';
import { lowerFactor, solveLower, solveUpper } from '../../../base/math/lowerFactor';
import { type Body, channelFrames, type ChannelFlow } from './channel';
import { sineSolver } from './sineSolver';

/** Options of `data.cylinder`. */
export interface CylinderOptions {
  /** Points a side of the unit square, G. Default 49. */
  grid?: number;
  /** Speed at the inlet of each case, above 0. */
  inletSpeeds: readonly number[];
  /** Kinematic viscosity, of all cases or of each. Default 0.02. */
  viscosity?: number | readonly number[];
  /** Diameter of the cylinder, 0.05 to 0.5, of all cases or of each; its middle is 0.35 from the inlet, between the walls. Default 0.25. */
  diameter?: number | readonly number[];
  /** Frames of each case, the first of which is without friction. Default 20. */
  frames?: number;
  /** Time between two frames. Default 0.1. */
  interval?: number;
}

/** A case: its settings, and velocities (to the right and up) over time. */
export interface CylinderCase extends ChannelFlow {
  diameter: number;
  /** 1 at points of the cylinder, 0 in the flow; [G * G]. */
  solid: Uint8Array;
  /** [frames][G, G, 2], rows from the bottom up. */
  frames: Float32Array[];
}

const MIDDLE = 0.35;

/**
 * Flow past a cylinder between two walls at rest, as in the cases "cylinder" of CFDBench (arXiv 2310.05963): that of `data.tube` with points that are at rest. On them the stream function is one number, by sources on the surface that a matrix
 * of their influence on each other gives (a capacitance matrix): halfway between the walls', which holds while the wake is symmetric, at Reynolds numbers of the diameter up to some 40. The circle is one of points, so that what happens within
 * two points of it is rough.
 *
 * @throws {SwitchyardError} where an option is out of range, or a list is not of each case.
 */
export function cylinder(options: CylinderOptions): CylinderCase[] {
  const where = 'data.cylinder';
  const { grid = 49, inletSpeeds, viscosity = 0.02, diameter = 0.25, frames = 20, interval = 0.1 } = given(where, options); // prettier-ignore
  expectInteger(where, 'grid', grid, 17);
  expectInteger(where, 'inlet speeds', given(where, inletSpeeds, 'inletSpeeds').length, 1);
  expectInteger(where, 'frames', frames, 1);
  expectNumber(where, 'interval', interval, 1e-6);
  const solve = sineSolver(grid - 2, 1 / (grid - 1), { open: true });
  const bodies = new Map<number, Body>();
  return inletSpeeds.map((inletSpeed, i) => {
    const [ofViscosity, ofDiameter] = [viscosity, diameter].map((value, which) => {
      if (typeof value !== 'number' && value.length !== inletSpeeds.length) {
        fail(where, `${['viscosity', 'diameter'][which]} must be of each case (${inletSpeeds.length})`, value.length);
      }
      return typeof value === 'number' ? value : value[i];
    });
    expectNumber(where, 'inletSpeeds', inletSpeed, 1e-6);
    expectNumber(where, 'viscosity', ofViscosity, 1e-6);
    expectNumber(where, 'diameter', ofDiameter, 0.05, 0.5);
    const body = bodies.get(ofDiameter) ?? bodyOf(where, grid, ofDiameter, solve);
    bodies.set(ofDiameter, body);
    const flow: ChannelFlow = { grid, inletSpeed, viscosity: ofViscosity, interval };
    return { ...flow, diameter: ofDiameter, solid: body.solid, frames: channelFrames(flow, frames, solve, body) };
  });
}

function bodyOf(where: string, G: number, diameter: number, solve: (right: Float64Array) => Float64Array): Body {
  const h = 1 / (G - 1);
  const solid = Uint8Array.from({ length: G * G }, (_, at) => Number(Math.hypot((at % G) * h - MIDDLE, Math.floor(at / G) * h - 0.5) <= diameter / 2 + 1e-12)); // prettier-ignore
  const surface = Array.from(solid.keys()).filter((at) => solid[at] === 1 && [at - 1, at + 1, at - G, at + G].some((near) => solid[near] === 0)); // prettier-ignore
  const places = surface.map((at) => (Math.floor(at / G) - 1) * (G - 2) + (at % G) - 1);
  const spread = (sources: ArrayLike<number>): Float64Array => {
    const right = new Float64Array((G - 2) ** 2);
    places.forEach((place, i) => (right[place] = sources[i]));
    return solve(right);
  };
  // Sources of one sign lower the stream function: what they do to each other is negative definite.
  const influence = places.map((_, i) => {
    const all = spread(places.map((__, j) => Number(i === j)));
    return Float64Array.from(places, (place) => -all[place]);
  });
  const lower = lowerFactor(influence) ?? fail(where, 'the cylinder must lie on the points of the grid', diameter);
  const correction = (missing: Float64Array): Float64Array => spread(solveUpper(lower, solveLower(lower, missing)).map((source) => -source)); // prettier-ignore
  return { solid, surface, stream: 0.5, correction };
}
