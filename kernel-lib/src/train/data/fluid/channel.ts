import { framesOf, innerOf, velocities, type VorticityFlow, type VorticityState } from './vorticity';

/** Flow from left to right between two walls at rest, in the unit square. */
export interface ChannelFlow {
  /** Points a side, G. */
  grid: number;
  inletSpeed: number;
  viscosity: number;
  interval: number;
}

/** Body at rest in a channel. */
export interface Body {
  /** 1 at points of the body, 0 in the flow; [G * G]. */
  solid: Uint8Array;
  /** Points of the body beside the flow. */
  surface: readonly number[];
  /** Stream function on it, where the inlet's speed is 1. */
  stream: number;
  /** Adds to a stream function, given on the surface as how far it is from what it should be, what makes it so; [(G - 2)^2]. */
  correction: (missing: Float64Array) => Float64Array;
}

/**
 * Frames of a channel: it enters at one speed, starts with it everywhere, and leaves where nothing changes along it any more. Vorticity and stream function as of `data.cavity`; what enters a column leaves it. On a body the stream function is
 * one number, and the vorticity of its surface follows from that beside it, as of a wall.
 *
 * @param solve - Solver of the inner points, open on the right.
 */
export function channelFrames(
  { grid: G, inletSpeed, viscosity, interval }: ChannelFlow,
  frames: number,
  solve: (right: Float64Array) => Float64Array,
  body?: Body
): Float32Array[] {
  const h = 1 / (G - 1);
  // The stream function of a flow that is the same everywhere; what is solved for is how far it is from that.
  const even = (at: number): number => inletSpeed * Math.floor(at / G) * h;
  const state: VorticityState = { grid: G, vorticity: new Float64Array(G * G), stream: Float64Array.from({ length: G * G }, (_, at) => even(at)) }; // prettier-ignore
  const onBody = (body?.stream ?? 0) * inletSpeed;
  const equations: VorticityFlow = {
    viscosity,
    speed: (body === undefined ? 2 : 3) * inletSpeed,
    border: ({ vorticity: w, stream: s }) => {
      for (let i = 1; i < G - 1; i++) {
        // Bottom and top, whose stream functions are 0 and the speed; the inlet, across which nothing moves up; what leaves.
        w[i] = (-2 * s[G + i]) / h ** 2;
        w[(G - 1) * G + i] = (2 * (inletSpeed - s[(G - 2) * G + i])) / h ** 2;
        w[i * G] = (-2 * (s[i * G + 1] - s[i * G])) / h ** 2;
        w[i * G + G - 1] = w[i * G + G - 2];
      }
      body?.surface.forEach((at) => {
        const beside = [at - 1, at + 1, at - G, at + G].filter((near) => body.solid[near] === 0);
        w[at] = (-2 * beside.reduce((sum, near) => sum + s[near] - onBody, 0)) / h ** 2;
      });
    },
    solve: (now) => {
      const found = solve(innerOf(now, (at) => -now.vorticity[at]));
      const inner = (at: number): number => (Math.floor(at / G) - 1) * (G - 2) + (at % G) - 1;
      const missing = body && Float64Array.from(body.surface, (at) => onBody - even(at) - found[inner(at)]);
      const more = missing && body.correction(missing);
      for (let y = 1; y < G - 1; y++) {
        for (let x = 1; x < G; x++) {
          const i = (y - 1) * (G - 2) + Math.min(x, G - 2) - 1;
          now.stream[y * G + x] = even(y * G) + found[i] + (more?.[i] ?? 0);
        }
      }
    }
  };
  // A flow around a body begins as that around it without friction.
  if (body !== undefined) {
    equations.solve(state);
  }
  const picture = (): Float32Array => {
    const out = velocities(state);
    for (let y = 1; y < G - 1; y++) {
      out[2 * y * G] = inletSpeed;
      out[2 * (y * G + G - 1)] = (state.stream[(y + 2) * G - 1] - state.stream[y * G - 1]) / (2 * h);
    }
    body?.solid.forEach((solid, at) => solid === 1 && out.fill(0, 2 * at, 2 * at + 2));
    return out;
  };
  return framesOf(state, equations, { frames, interval, picture });
}
