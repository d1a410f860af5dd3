import { core, graph, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { spread } from '../support/gradients';
import { passOn, path } from '../support/graphs';
import { setValue } from '../support/networks';
import { expectClose, expectNoLeak } from '../support/numeric';
import { minimise } from '../support/regression';

const GRAPH = core.stateKey<graph.Graph>('graph');
const random = core.Random.fromSeed(1);
const model = (options: Partial<graph.InducedSumProductOptions> = {}): graph.InducedSumProduct =>
  new graph.InducedSumProduct({ inputWidth: 2, components: 3, height: 3, random, ...options });

function on<T>(g: graph.Graph, run: (ctx: core.Context) => T): T {
  const ctx = core.Context.create();
  ctx.setState(GRAPH, g);
  const out = run(ctx);
  ctx.dispose();
  return out;
}

describe('graph-induced sum-product networks', () => {
  test('[gspn] by hand: a mixture of products, its posterior, and the parent that mixes what its children are', () => {
    const spn = model({ height: 2 });
    setValue(spn, 'prior', () => tf.tensor1d([0.2, -0.4, 0.5]));
    setValue(spn, '1.logDeviation', () => spread([3, 2]).mul(0.3) as tf.Tensor);
    const g = graph.fromEdges({ numNodes: 3, edges: [[0, 1], [2, 1]] }); // prettier-ignore
    tf.tidy(() => {
      const x = spread([3, 2]);
      const read = (name: string): number[][] => spn.parameters().get(name)!.read().arraySync() as number[][];
      const rows = x.arraySync() as number[][];
      const soft = (of: readonly number[]): number[] => of.map((value) => Math.exp(value) / of.reduce((sum, each) => sum + Math.exp(each), 0)); // prettier-ignore
      const density = (row: number[], at: number, c: number): number => row.reduce((all, value, f) => {
        const [m, s] = [read(`${at}.mean`)[c][f], Math.exp(read(`${at}.logDeviation`)[c][f])];
        return (all * Math.exp(-((value - m) ** 2) / (2 * s * s))) / (s * Math.sqrt(2 * Math.PI));
      }, 1); // prettier-ignore
      const prior = soft(read('prior') as unknown as number[]);
      const posterior = (row: number[], at: number, weights: number[]): { all: number; of: number[] } => {
        const joint = weights.map((weight, c) => weight * density(row, at, c));
        const all = joint.reduce((a, b) => a + b);
        return { all, of: joint.map((value) => value / all) };
      };
      const low = rows.map((row) => posterior(row, 0, prior));
      const ways = read('1.transition').map(soft);
      const children = [0, 1, 2].map((c) => (low[0].of[c] + low[2].of[c]) / 2);
      const mixed = [0, 1, 2].map((c) => children.reduce((sum, value, from) => sum + value * ways[from][c], 0));
      const high = rows.map((row, node) => posterior(row, 1, node === 1 ? mixed : prior));
      const levels = on(g, (ctx) => spn.levels(x, ctx));
      expectClose(levels[0].logLikelihood, low.map(({ all }) => Math.log(all)), 1e-5); // prettier-ignore
      expectClose(levels[1].logPrior.exp(), [prior, mixed, prior].flat(), 1e-5);
      expectClose(levels[1].logPosterior.exp(), high.flatMap(({ of }) => of), 1e-5); // prettier-ignore
      expectClose(levels[1].logLikelihood, high.map(({ all }) => Math.log(all)), 1e-5); // prettier-ignore
      levels.forEach((level) => [level.logPrior, level.logPosterior].forEach((logs) => expectClose(logs.exp().sum(1), [1, 1, 1], 1e-5))); // prettier-ignore
      expectClose(passOn(g, spn, x), levels[1].logPosterior, 1e-6);
    });
    spn.dispose();
  });

  test('[gspn] what is not seen is left out: densities are the integral over all that it may be, at the node and above', () => {
    const spn = model({ height: 1 });
    const line = path(3);
    const rows = [[0.4, NaN], [-0.3, 0.8], [1.1, 0.2]]; // prettier-ignore
    const logsOf = (values: number[][]): number[] => tf.tidy(() => on(line, (ctx) => [...spn.levels(tf.tensor2d(values), ctx)[0].logLikelihood.dataSync()])); // prettier-ignore
    const step = 0.1;
    let integral = 0;
    for (let value = -9; value < 9; value += step) {
      integral += step * Math.exp(logsOf([[0.4, value], rows[1], rows[2]])[0]);
    }
    expect(Math.abs(Math.exp(logsOf(rows)[0]) - integral)).toBeLessThan(1e-3);
    // Nothing seen at all: density 1, the posterior is the prior, and the value put in is the mean of the mixture.
    const none = [[NaN, NaN], rows[1], rows[2]]; // prettier-ignore
    expectClose([logsOf(none)[0]], [0], 1e-6);
    const means = spn.parameters().get('0.mean')!.read().arraySync() as number[][];
    const put = tf.tidy(() => on(line, (ctx) => spn.impute(tf.tensor2d(none), ctx).arraySync()));
    expectClose(put[0], [0, 1].map((f) => means.reduce((sum, row) => sum + row[f] / 3, 0)), 1e-5); // prettier-ignore
    expectClose(put.slice(1).flat(), rows.slice(1).flat(), 1e-6); // prettier-ignore
    const x = tf.tensor2d(none);
    on(line, (ctx) => expectNoLeak(() => spn.logLikelihood(x, ctx).dispose()));
    x.dispose();
    spn.dispose();
    expect(() => model({ components: 0 })).toThrow('graph.InducedSumProduct: components must be an integer of at least 1, got 0'); // prettier-ignore
  });

  test('[gspn] trained without labels on blocks of which half is not seen: the density rises, and with the neighbours values come back better than by their means', () => {
    const g = graph.generators.stochasticBlockModel({ sizes: [40, 40, 40], probabilities: [[0.2, 0.01, 0.01], [0.01, 0.2, 0.01], [0.01, 0.01, 0.2]], features: { width: 4, signal: 3 }, seed: 1 }); // prettier-ignore
    const next = core.Random.fromSeed(2).generator();
    const whole = Array.from({ length: 120 }, (_, node) => [...g.nodeFeatures!.values.subarray(4 * node, 4 * node + 4)]); // prettier-ignore
    const rows = whole.map((row) => row.map((value) => (next() < 0.5 ? NaN : value)));
    const x = tf.tensor2d(rows);
    const missing = rows.flatMap((row, node) => row.flatMap((value, f) => (Number.isNaN(value) ? [[node, f]] : [])));
    const errorOf = (values: number[][]): number => Math.sqrt(missing.reduce((sum, [node, f]) => sum + (values[node][f] - whole[node][f]) ** 2, 0) / missing.length); // prettier-ignore
    const errors = [1, 2].map((height) => {
      const spn = model({ inputWidth: 4, components: 3, height });
      const now = (): number => tf.tidy(() => on(g, (ctx) => spn.logLikelihood(x, ctx).dataSync()[0]));
      const before = now();
      minimise(spn, (ctx) => {
        ctx.setState(GRAPH, g);
        return spn.logLikelihood(x, ctx).neg();
      }, { steps: 100, learningRate: 0.05 }); // prettier-ignore
      expect(now()).toBeGreaterThan(before + 0.5);
      const error = errorOf(tf.tidy(() => on(g, (ctx) => spn.impute(x, ctx).arraySync())));
      spn.dispose();
      return error;
    });
    const means = [0, 1, 2, 3].map((f) => {
      const seen = rows.map((row) => row[f]).filter((value) => !Number.isNaN(value));
      return seen.reduce((a, b) => a + b) / seen.length;
    });
    const byMean = errorOf(rows.map((row) => row.map((value, f) => (Number.isNaN(value) ? means[f] : value))));
    expect(errors[1]).toBeLessThan(errors[0] - 0.05);
    expect(errors[1]).toBeLessThan(0.93 * byMean);
    x.dispose();
  });
});
