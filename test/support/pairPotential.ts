import { core, graph, tf } from '@switchyard/kernel-lib';
import { minimise } from './regression';

const GRAPH = core.stateKey<graph.Graph>('graph');
/** Atoms of a molecule. */
export const ATOMS = 5;

/** Molecules that lie along one axis, with energies and forces of pairs, `exp(-2 r)` each, or `exp(-(r - 1)^2)` with a bump. */
export interface Molecules {
  g: graph.Graph;
  points: number[][];
  energies: number[];
  forces: number[][];
}

/** Runs on a graph. */
export function enter<T>(g: graph.Graph, run: (ctx: core.Context) => T): T {
  const ctx = core.Context.create();
  ctx.setState(GRAPH, g);
  const out = run(ctx);
  ctx.dispose();
  return out;
}

/** So many molecules, drawn. */
export function moleculesOf(count: number, seed: number, bump = false): Molecules {
  const next = core.Random.fromSeed(seed).generator();
  const points = Array.from({ length: count * ATOMS }, () => [3 * next() - 1.5, next() - 0.5, 0.6 * next() - 0.3]);
  return withForces(points, bump);
}

/** The same, turned by a quarter about two axes. */
export function turned({ points }: Molecules): Molecules {
  return withForces(points.map(([x, y, z]) => [z, x, y]));
}

function withForces(points: number[][], bump = false): Molecules {
  const count = points.length / ATOMS;
  const forces = points.map(() => [0, 0, 0]);
  const energies = Array.from({ length: count }, (_, m) => {
    let energy = 0;
    for (let i = m * ATOMS; i < (m + 1) * ATOMS; i++) {
      for (let j = m * ATOMS; j < i; j++) {
        const gap = points[i].map((value, d) => value - points[j][d]);
        const r = Math.hypot(...gap);
        const value = bump ? Math.exp(-((r - 1) ** 2)) : Math.exp(-2 * r);
        const slope = bump ? -2 * (r - 1) * value : -2 * value;
        energy += value;
        gap.forEach((along, d) => {
          const pull = (-slope * along) / r;
          forces[i][d] += pull;
          forces[j][d] -= pull;
        });
      }
    }
    return energy;
  });
  const graphOf = points.map((_, i) => Math.floor(i / ATOMS));
  return { g: graph.fromEdges({ numNodes: points.length, edges: [], graphOf }), points, energies, forces };
}

export interface PairTraining {
  steps: number;
  /** Turns all molecules anew in each step. */
  turn?: boolean;
  learningRate?: number;
}

/** Trains energies and forces, of one set of molecules in each step. */
export function train(
  model: graph.CoordinateTransformer,
  sets: readonly Molecules[],
  { steps, turn = false, learningRate = 0.01 }: PairTraining
): void {
  minimise(
    model,
    (ctx, step) => {
      const { g, points, energies, forces } = sets[step % sets.length];
      ctx.setState(GRAPH, g);
      const map = turn ? turnOf(step) : tf.eye(3);
      const made = model.apply(tf.matMul(tf.tensor2d(points), map), ctx);
      const energy = graph.readout(made.slice([0, 0], [-1, 1]) as tf.Tensor2D, g, 'sum').squeeze([1]);
      const wanted = tf.matMul(tf.tensor2d(forces), map);
      return made.slice([0, 1], [-1, 3]).sub(wanted).square().mean().add(energy.sub(tf.tensor1d(energies)).square().mean().mul(0.02)); // prettier-ignore
    },
    { steps, learningRate }
  );
}

/** A drawn turn. */
function turnOf(step: number): tf.Tensor2D {
  const next = core.Random.fromSeed(77).child(step).generator();
  const [a, b, c] = [2 * Math.PI * next(), Math.acos(2 * next() - 1), 2 * Math.PI * next()];
  const about = (angle: number): tf.Tensor2D => tf.tensor2d([[Math.cos(angle), -Math.sin(angle), 0], [Math.sin(angle), Math.cos(angle), 0], [0, 0, 1]]); // prettier-ignore
  const tilt = tf.tensor2d([[1, 0, 0], [0, Math.cos(b), -Math.sin(b)], [0, Math.sin(b), Math.cos(b)]]); // prettier-ignore
  return tf.matMul(tf.matMul(about(a), tilt), about(c));
}

/** Mean error of forces over their mean size. */
export function forceError(model: graph.CoordinateTransformer, { g, points, forces }: Molecules): number {
  return tf.tidy(() => {
    const wanted = tf.tensor2d(forces);
    const made = enter(g, (ctx) => model.apply(tf.tensor2d(points), ctx)).slice([0, 1], [-1, 3]);
    return made.sub(wanted).abs().mean().div(wanted.abs().mean()).dataSync()[0];
  });
}

/** Correlation of the first layer's attention with distance. */
export function correlationOf(model: graph.CoordinateTransformer, { g, points }: Molecules): number {
  const x = tf.tensor2d(points);
  const { pairs, shares } = enter(g, (ctx) => model.attention(x, ctx));
  const first = tf.tidy(() => [...shares[0].mean(1).dataSync()]);
  tf.dispose([x, ...shares]);
  return graph.probes.attentionByDistance(pairs, first, points).correlation;
}
