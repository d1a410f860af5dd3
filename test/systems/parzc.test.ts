import { core, models, nas, ops, tf, train } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { expectGradients, spread } from '../support/gradients';
import { expectNoLeak } from '../support/numeric';

const NODES = 6;
/** How much a node's first statistic counts; sums over nodes see neither sizes nor signs. */
const WEIGHTS = [2, -1.5, 0.3, -0.2, 1, -0.8];

/** Planted networks: two statistics a node, of which the first counts, and a value that a few outliers stretch. */
function planted(seed: number, count: number): { rows: number[][]; values: number[] } {
  const next = core.Random.fromSeed(seed).generator();
  const rows = Array.from({ length: count }, () => Array.from({ length: 2 * NODES }, () => 2 * next() - 1));
  const values = rows.map((row) => Math.exp(2 * WEIGHTS.reduce((sum, weight, n) => sum + weight * row[2 * n], 0)));
  return { rows, values };
}

describe('Parametric zero-cost proxies [parzc]', () => {
  test("Kendall's tau by hand, with ties, and the differentiable one becomes it as alpha grows", () => {
    // Of six pairs each list ties one, four are in the same order, and none in the opposite.
    expect(nas.kendall([1, 2, 2, 3], [1, 2, 3, 3])).toBeCloseTo(0.8, 12);
    expect(nas.kendall([1, 2, 3], [3, 2, 1])).toBe(-1);
    expect(nas.kendall([1, 1], [1, 2])).toBeNaN();
    expect(() => nas.kendall([1], [1, 2])).toThrow('nas.kendall: both lists must be of one length, got 1 and 2');
    const soft = (a: number[], b: number[], alpha: number) =>
      tf.tidy(() => ops.diffKendall(tf.tensor1d(a), tf.tensor1d(b), { alpha }).dataSync()[0]);
    expect(soft([0, 0.5], [1, 3], 2)).toBeCloseTo(Math.tanh(1) * Math.tanh(4), 6);
    const places = Array.from({ length: 12 }, (_, i) => i);
    const stream = core.Random.fromSeed(5);
    const worst = { 0.1: 0, 1: 0, 10: 0 };
    for (let i = 0; i < 100; i++) {
      const [a, b] = ['a', 'b'].map((name) => stream.child(name).child(i).shuffle(places));
      const tau = nas.kendall(a, b);
      ([0.1, 1, 10] as const).forEach((alpha) => (worst[alpha] = Math.max(worst[alpha], Math.abs(soft(a, b, alpha) - tau)))); // prettier-ignore
    }
    expect(worst[10]).toBeLessThan(0.01);
    expect(worst[1]).toBeGreaterThan(worst[10]);
    expect(worst[0.1]).toBeGreaterThan(worst[1]);
    expectGradients((a, b) => ops.diffKendall(a as tf.Tensor1D, b as tf.Tensor1D), [spread([5]), spread([5], 3)]);
    expectNoLeak(() => tf.tidy(() => void ops.diffKendall(spread([5]) as tf.Tensor1D, spread([5]) as tf.Tensor1D)));
    expect(() => soft([1], [1], 1)).toThrow('ops.diffKendall: there must be two values or more, got 1');
  });

  test('trained on 50 planted networks, the order of others is predicted better than by sums over nodes, and by what learns the values', () => {
    for (const seed of [1, 2]) {
      const [known, unseen] = [planted(seed, 50), planted(seed + 100, 100)];
      const tau = (loss: 'diffKendall' | 'squared') => {
        const random = core.Random.fromSeed(seed);
        const fitted = nas.predictors.parametric({ nodes: NODES, loss, steps: 120, learningRate: 0.02 }).fit(known.rows, known.values, random); // prettier-ignore
        const said = fitted.predict(unseen.rows);
        fitted.dispose();
        return nas.kendall(said.map(({ mean }) => mean), unseen.values); // prettier-ignore
      };
      const summed = nas.kendall(unseen.rows.map((row) => row.reduce((a, b) => a + b)), unseen.values); // prettier-ignore
      const [ordered, squared] = [tau('diffKendall'), tau('squared')];
      expect(ordered).toBeGreaterThan(0.7);
      expect(ordered).toBeGreaterThan(summed + 0.3);
      expect(ordered).toBeGreaterThan(squared + 0.05);
    }
  });

  test('it is less sure of networks whose statistics are far from those it learnt from', () => {
    const { rows, values } = planted(3, 40);
    const fitted = nas.predictors.parametric({ nodes: NODES, steps: 40 }).fit(rows, values, core.Random.fromSeed(0));
    const mean = (of: { std: number }[]): number => of.reduce((sum, { std }) => sum + std, 0) / of.length;
    const [near, far] = [rows, rows.map((row) => row.map((value) => 4 * value))].map((each) => mean(fitted.predict(each))); // prettier-ignore
    expect(near).toBeGreaterThan(0);
    expect(far).toBeGreaterThan(2 * near);
    fitted.dispose();
  });

  test('statistics of nodes are those that proxies add up', () => {
    const model = models.mlp({ inputWidth: 3, hidden: [4], outputWidth: 2 });
    const [inputs, targets] = [spread([8, 3]), spread([8, 2], 1)];
    const task = train.tasks.regression({ inputs, targets, batchSize: 8 });
    const { nodes, rows } = nas.proxies.nodeStatistics(model, { task });
    expect(nodes).toEqual(['0.weight', '1.weight']);
    expect(nas.proxies.NODE_STATISTICS).toEqual(['gradNorm', 'snip', 'weightNorm', 'synaptic']);
    const { grads } = tf.variableGrads(() => task.loss(model, task.batch(1, 0), core.Context.create()) as tf.Scalar);
    nodes.forEach((path, n) => {
      const { variable } = model.parameters().get(path)!;
      const [w, g] = [variable.dataSync(), grads[variable.name].dataSync()];
      const sum = (f: (i: number) => number): number => Array.from(w).reduce((total, _, i) => total + f(i), 0);
      const wanted = [
        Math.sqrt(sum((i) => g[i] ** 2)),
        sum((i) => Math.abs(w[i] * g[i])),
        Math.sqrt(sum((i) => w[i] ** 2)),
        Math.abs(sum((i) => w[i] * g[i]))
      ];
      rows[n].forEach((value, s) => expect(value).toBeCloseTo(Math.log1p(wanted[s]), 5));
    });
    const snip = nas.proxies.snip({ task }).score(model);
    // But for biases, which are 0.
    expect(rows.reduce((total, row) => total + Math.expm1(row[1]), 0)).toBeCloseTo(snip, 5);
    tf.dispose([inputs, targets, grads]);
    model.dispose();
  });

  test('what is refused', () => {
    const make = (changes: object) => nas.predictors.parametric({ nodes: 2, ...changes });
    expect(() => make({ nodes: 0 })).toThrow('nas.predictors.parametric: nodes must be an integer of at least 1, got 0'); // prettier-ignore
    expect(() => make({ loss: 'rank' })).toThrow('nas.predictors.parametric: loss must be one of diffKendall, squared, got rank'); // prettier-ignore
    expect(() => make({}).fit([[1, 2, 3]], [1], core.Random.fromSeed(0))).toThrow('nas.predictors.parametric: rows must be numbers of 2 nodes, equally many of each, got 3'); // prettier-ignore
  });
});
