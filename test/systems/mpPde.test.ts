import { core, graph, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { expectGradients, spread } from '../support/gradients';
import { setValue } from '../support/networks';
import { expectClose, expectNoLeak } from '../support/numeric';
import { minimise } from '../support/regression';

/** Points of a periodic line of length 1, each beside the two on either side; `reach` on each. */
function lineOf(points: readonly number[], reach = 1): graph.Graph {
  const n = points.length;
  const edges = points.flatMap((_, i) => Array.from({ length: reach }, (_, k) => [[(i + k + 1) % n, i], [(i + n - k - 1) % n, i]] as [number, number][]).flat()); // prettier-ignore
  // The nearer way round.
  const apart = edges.map(([from, to]) => [points[from] - points[to]].map((gap) => n * (gap - Math.round(gap))));
  return graph.fromEdges({ numNodes: n, edges, edgeFeatures: apart });
}
const even = (n: number): number[] => Array.from({ length: n }, (_, i) => i / n);
function passOf(g: graph.Graph): core.Context {
  const ctx = core.Context.create();
  enter(g, ctx);
  return ctx;
}
function enter(g: graph.Graph, ctx: core.Context): void {
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

describe('message passing neural PDE solver', () => {
  test('[mp-pde] weights set by hand are the finite differences of heat, step by step', () => {
    const [n, nu, dt] = [16, 0.3, 0.001];
    const solver = new graph.PdeSolver({ history: 1, timeStep: dt, hidden: 2, random: core.Random.fromSeed(1) });
    solver.parameters().forEach((_, path) => setValue(solver, path, (old) => tf.zerosLike(old)));
    // What a message reads: 2 of the target, 2 of the source, then how far the last states are apart, then where.
    const row = (of: number, rows: number): tf.Tensor2D => tf.tensor2d(Array.from({ length: rows }, (_, i) => (i === of ? [1, -1] : [0, 0]))); // prettier-ignore
    setValue(solver, '0.message.first.weight', () => row(4, 6));
    setValue(solver, '0.message.second.weight', () => tf.tensor2d([[1, 0], [-1, 0]])); // prettier-ignore
    setValue(solver, '0.update.first.weight', () => row(2, 4));
    setValue(solver, '0.update.second.weight', () => tf.tensor2d([[1, 0], [-1, 0]])); // prettier-ignore
    setValue(solver, 'decode.weight', () => tf.tensor2d([[-nu * n * n], [0]])); // prettier-ignore
    let u = even(n).map((x) => Math.sin(2 * Math.PI * x) + 0.3 * Math.cos(6 * Math.PI * x));
    const x = tf.tensor2d(u, [n, 1]);
    const wanted = Array.from({ length: 8 }, () => (u = u.map((value, i) => value + dt * nu * n * n * (u[(i + n - 1) % n] - 2 * value + u[(i + 1) % n])))); // prettier-ignore
    tf.tidy(() => expectClose(solver.rollout(x, 8, passOf(lineOf(even(n)))).transpose(), wanted.flat(), 1e-5));
    x.dispose();
    solver.dispose();
  });

  test('[mp-pde] a bundle stands at its times, a window moves on, parameters stay; a shift of all points changes nothing, and gradients reach all', () => {
    const solver = new graph.PdeSolver({ history: 2, bundle: 3, timeStep: 0.5, parameters: 1, hidden: 5, layers: 2, random: core.Random.fromSeed(2) }); // prettier-ignore
    const points = [0, 0.1, 0.25, 0.3, 0.6, 0.85];
    const x = spread([6, 3]) as tf.Tensor2D;
    const line = lineOf(points);
    tf.tidy(() => {
      const given = solver.apply(x, passOf(line)) as tf.Tensor2D;
      expectClose(solver.apply(x, passOf(lineOf(points.map((point) => point + 0.2)))), given, 1e-5);
      expect(lineOf(points.map((point) => point * 0.9)).edgeFeatures!.values).not.toEqual(line.edgeFeatures!.values);
      setValue(solver, 'decode.weight', (old) => tf.zerosLike(old));
      setValue(solver, 'decode.bias', () => tf.tensor1d([1, 1, 1]));
      const rows = x.arraySync();
      expectClose(
        solver.apply(x, passOf(line)),
        rows.flatMap(([, last]) => [last + 0.5, last + 1, last + 1.5]),
        1e-6
      );
      expectClose(
        solver.next(x, given),
        rows.flatMap(([, , nu], i) => [...given.arraySync()[i].slice(1), nu]),
        1e-6
      );
      const rolled = solver.rollout(x, 2, passOf(line)).arraySync();
      rolled.forEach((of, i) => expectClose(of, [0.5, 1, 1.5, 2, 2.5, 3].map((time) => rows[i][1] + time), 1e-5)); // prettier-ignore
    });
    const other = new graph.PdeSolver({ history: 2, hidden: 5, random: core.Random.fromSeed(4) });
    const two = spread([6, 2]) as tf.Tensor2D;
    expectGradients((rows) => tf.tidy(() => other.apply(rows, passOf(line))), [two], 1e-2);
    const ctx = passOf(line);
    expectNoLeak(() => other.rollout(two, 3, ctx).dispose());
    ctx.dispose();
    expect(() => other.apply(tf.ones([6, 3]), passOf(line))).toThrow('graph.PdeSolver: expects shape [6, 2], got [6, 3]'); // prettier-ignore
    tf.dispose([x, two]);
    [solver, other].forEach((each) => each.dispose());
  });

  test('[mp-pde] pushed forward, the loss has the gradient of its last step alone, at the states that it made itself', () => {
    const solver = new graph.PdeSolver({ history: 1, hidden: 4, random: core.Random.fromSeed(3) });
    const line = lineOf(even(6));
    const [x, targets] = [spread([6, 1]), spread([6, 2], 5)] as tf.Tensor2D[];
    const made = tf.tidy(() => solver.next(x, solver.apply(x, passOf(line)) as tf.Tensor2D));
    const last = tf.tidy(() => targets.slice([0, 1], [-1, 1]) as tf.Tensor2D);
    const [one, two] = [() => solver.loss(x, targets, 1, passOf(line)), () => solver.loss(made, last, 0, passOf(line))].map((loss) => tf.variableGrads(loss)); // prettier-ignore
    expectClose(one.value, two.value, 1e-6);
    Object.keys(one.grads).forEach((name) => expectClose(one.grads[name], two.grads[name], 1e-5));
    tf.dispose([x, targets, made, last, one, two]);
    solver.dispose();
  });

  test('[mp-pde] a step of Burgers from other starts: trained with messages it is right within half of what changes on even points, and better than without edges on uneven ones', () => {
    const none = graph.fromEdges({ numNodes: 32, edges: [], edgeFeatures: { values: [], width: 1 } });
    const alone = stepError(even(32), none);
    expect(stepError(even(32), lineOf(even(32)))).toBeLessThan(0.5);
    expect(alone).toBeGreaterThan(0.8);
    expect(stepError(uneven, lineOf(uneven))).toBeLessThan(alone - 0.1);
  });
});

/** 32 points that are not as far from each other as their neighbours are. */
const uneven = even(32).map((x, i) => x + [0, 1, -1, 0][i % 4] / FINE);

/** Error of a step of a trained solver from other starts than those of training, over how far states move in it. */
function stepError(points: readonly number[], line: graph.Graph): number {
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
