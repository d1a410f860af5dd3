/** Vorticity and stream function on a square grid of G points a side, rows from the bottom up. */
export interface VorticityState {
  grid: number;
  vorticity: Float64Array;
  stream: Float64Array;
}

/** Viscosity, border and stream function of one flow. */
export interface VorticityFlow {
  viscosity: number;
  /** Largest speed that is expected, for the length of a step. */
  speed: number;
  /** Sets the vorticity of the border. */
  border: (state: VorticityState) => void;
  /** Sets the stream function of that vorticity. */
  solve: (state: VorticityState) => void;
}

/** Explicit steps over an interval of time by central differences, as many as the limits of diffusion and of flow ask for. */
function advance(state: VorticityState, flow: VorticityFlow, interval: number): void {
  const h = 1 / (state.grid - 1);
  const stable = Math.min((0.2 * h * h) / flow.viscosity, (0.2 * h) / Math.max(1e-9, flow.speed));
  const steps = Math.ceil(interval / stable);
  for (let step = 0; step < steps; step++) {
    advanceOnce(state, flow, interval / steps);
  }
}

/** Pictures of a flow, the first of its state as it is and each other one an interval later. */
export function framesOf(
  state: VorticityState,
  flow: VorticityFlow,
  { frames, interval, picture }: { frames: number; interval: number; picture: () => Float32Array }
): Float32Array[] {
  return Array.from({ length: frames }, (_, i) => {
    if (i > 0) {
      advance(state, flow, interval);
    }
    return picture();
  });
}

function advanceOnce(state: VorticityState, { viscosity, border, solve }: VorticityFlow, dt: number): void {
  border(state);
  const { grid: G, vorticity: w, stream: s } = state;
  const h = 1 / (G - 1);
  const next = w.slice();
  for (let y = 1; y < G - 1; y++) {
    for (let x = 1; x < G - 1; x++) {
      const at = y * G + x;
      const u = (s[at + G] - s[at - G]) / (2 * h);
      const v = -(s[at + 1] - s[at - 1]) / (2 * h);
      const carried = (u * (w[at + 1] - w[at - 1]) + v * (w[at + G] - w[at - G])) / (2 * h);
      const spread = (w[at + 1] + w[at - 1] + w[at + G] + w[at - G] - 4 * w[at]) / h ** 2;
      next[at] = w[at] + dt * (viscosity * spread - carried);
    }
  }
  state.vorticity = next;
  solve(state);
}

/** Values at the inner points, row by row. */
export function innerOf({ grid: G }: VorticityState, value: (at: number) => number): Float64Array {
  return Float64Array.from({ length: (G - 2) ** 2 }, (_, i) => value((Math.floor(i / (G - 2)) + 1) * G + (i % (G - 2)) + 1)); // prettier-ignore
}

/** Velocities at the inner points, central differences of the stream function, and 0 on the border; [G, G, 2]. */
export function velocities({ grid: G, stream: s }: VorticityState): Float32Array {
  const h = 1 / (G - 1);
  const out = new Float32Array(G * G * 2);
  for (let y = 1; y < G - 1; y++) {
    for (let x = 1; x < G - 1; x++) {
      const at = y * G + x;
      out[2 * at] = (s[at + G] - s[at - G]) / (2 * h);
      out[2 * at + 1] = -(s[at + 1] - s[at - 1]) / (2 * h);
    }
  }
  return out;
}
