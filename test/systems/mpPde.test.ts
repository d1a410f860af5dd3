import { core, graph, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { even, lineOf, passOf, stepError, uneven } from '../support/burgers';
import { expectGradients, spread } from '../support/gradients';
import { setValue } from '../support/networks';
import { expectClose, expectNoLeak } from '../support/numeric';

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
