import { core, graph, tf } from '@switchyard/kernel-lib';
import { minimise } from './regression';

/** Points of a periodic line of length 1, each beside the two on either side; `reach` on each. */
export function lineOf(points: readonly number[], reach = 1): graph.Graph {
  const n = points.length;
  const edges = points.flatMap((_, i) => Array.from({ length: reach }, (_, k) => [[(i + k + 1) % n, i], [(i + n - k - 1) % n, i]] as [number, number][]).flat()); // prettier-ignore
  // The nearer way round.
  const apart = edges.map(([from, to]) => [points[from] - points[to]].map((gap) => n * (gap - Math.round(gap))));
  return graph.fromEdges({ numNodes: n, edges, edgeFeatures: apart });
}
/** So many points, as far from each other. */
export const even = (n: number): number[] => Array.from({ length: n }, (_, i) => i / n);
/** A pass on a graph. */
export function passOf(g: graph.Graph): core.Context {
  const ctx = core.Context.create();
  enter(g, ctx);
  return ctx;
}
/** Leaves a graph and the features of its edges in a pass. */
export function enter(g: graph.Graph, ctx: core.Context): void {
  ctx.setState(core.stateKey<graph.Graph>('graph'), g);
  ctx.setState(core.stateKey<tf.Tensor2D>('relations'), tf.tensor2d(g.edgeFeatures!.values, [g.numEdges, 1]));
}

const [FINE, VISCOSITY, STEP] = [128, 0.05, 0.02];
/** Viscous Burgers on a fine grid from some waves, every STEP of time: u_t = -(u^2 / 2)_x + nu u_xx. */
function burgers(steps: number, seed: number): Float64Array[] {
  const next = core.Random.fromSeed(seed).generator();
  const waves = Array.from({ length: 3 }, (_, k) => ({ size: next() - 0.5, phase: 2 * Math.PI * next(), k: k + 1 })); // prettier-ignore
  let u = Float64Array.from({ length: FINE }, (_, i) => waves.reduce((sum, { size, phase, k }) => sum + size * Math.sin(2 * Math.PI * k * (i / FINE) + phase), 0)); // prettier-ignore
  const [dx, parts] = [1 / FINE, 64];
  const dt = STEP / parts;
  return Array.from({ length: steps + 1 }, () => {
    const now = u;
    for (let part = 0; part < parts; part++) {
      u = u.map((value, i) => {
        const [left, right] = [u[(i + FINE - 1) % FINE], u[(i + 1) % FINE]];
        return value + dt * (-(right * right - left * left) / (4 * dx) + (VISCOSITY * (left - 2 * value + right)) / (dx * dx)); // prettier-ignore
      });
    }
    return now;
  });
}

/** Solutions of several starts read at points, one line for each, from time `at` on: [lines x points, states]. */
function read(solutions: Float64Array[][], points: readonly number[], at: number, states: number): number[][] {
  return solutions.flatMap((of) => points.map((x) => Array.from({ length: states }, (_, k) => of[at + k][Math.round(x * FINE) % FINE]))); // prettier-ignore
}

/** 32 points that are not as far from each other as their neighbours are. */
export const uneven = even(32).map((x, i) => x + [0, 1, -1, 0][i % 4] / FINE);

/** Error of a step of a trained solver from other starts than those of training, over how far states move in it. */
export function stepError(points: readonly number[], line: graph.Graph): number {
  const times = [0, 2, 4, 6];
  const stepsOf = (seeds: number[]) => {
    const rows = seeds.flatMap((seed) => {
      const solution = burgers(8, seed);
      return times.map((at) => read([solution], points, at, 2));
    });
    return { all: graph.batch(rows.map(() => line)), states: tf.tensor2d(rows.flat()) };
  };
  const [seen, unseen] = [stepsOf([1, 2, 3, 4, 5]), stepsOf([101, 102])];
  const solver = new graph.PdeSolver({ history: 1, hidden: 16, random: core.Random.fromSeed(1) });
  const error = ({ all, states }: typeof seen, ctx: core.Context): tf.Scalar => {
    enter(all, ctx);
    const [from, to] = tf.split<tf.Tensor2D>(states, 2, 1);
    return solver.loss(from, to, 0, ctx).div(to.sub(from).square().mean());
  };
  minimise(solver, (ctx) => error(seen, ctx), { steps: 120, learningRate: 0.02 });
  const ctx = core.Context.create();
  const found = tf.tidy(() => error(unseen, ctx).sqrt().dataSync()[0]);
  ctx.dispose();
  tf.dispose([seen.states, unseen.states]);
  solver.dispose();
  return found;
}

export interface RolloutOptions {
  seed: number;
  /** Whether half of the loss is of a step from states that the solver made itself. */
  pushed: boolean;
  /** Steps of training. */
  steps: number;
  /** Steps that are rolled out. */
  length?: number;
}

/** Error after a rollout from other starts than those of training, over the size of the solution there. */
export function rolloutError({ seed, pushed, steps, length = 50 }: RolloutOptions): number {
  const [points, line] = [even(32), lineOf(even(32))];
  const times = Array.from({ length: 8 }, (_, i) => Math.floor((i * (length - 2)) / 7));
  const starts = Array.from({ length: 6 }, (_, i) => burgers(length, 1000 * seed + i));
  const rows = starts.flatMap((solution) => times.flatMap((at) => read([solution], points, at, 3)));
  const states = tf.tensor2d(rows);
  const all = graph.batch(starts.flatMap(() => times.map(() => line)));
  const solver = new graph.PdeSolver({ history: 1, timeStep: 1, hidden: 16, layers: 2, random: core.Random.fromSeed(seed) }); // prettier-ignore
  minimise(solver, (ctx) => {
    enter(all, ctx);
    const [from, to, then] = tf.split<tf.Tensor2D>(states, 3, 1);
    const one = solver.loss(from, to, 0, ctx);
    return (pushed ? one.add(solver.loss(from, tf.concat([to, then], 1), 1, ctx)).div(2) : one).mul(100);
  }, { steps, learningRate: 0.01, seed }); // prettier-ignore
  const asked = Array.from({ length: 4 }, (_, i) => burgers(length, 500_000 + 1000 * seed + i));
  const found = tf.tidy(() => {
    const x = tf.tensor2d(read(asked, points, 0, 1));
    const ctx = core.Context.create();
    enter(graph.batch(asked.map(() => line)), ctx);
    const rolled = solver.rollout(x, length, ctx).slice([0, length - 1], [-1, 1]);
    const wanted = tf.tensor2d(read(asked, points, length, 1));
    return rolled.sub(wanted).square().mean().div(wanted.square().mean()).sqrt().dataSync()[0];
  });
  states.dispose();
  solver.dispose();
  return found;
}
