import { core, layers, models, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { expectClose, expectNoLeak } from '../support/numeric';
import { minimise } from '../support/regression';
import { runShop } from '../support/slates';
import { pearson } from '../support/spearman';

const { Random } = core;
const ids = (rows: number[][]): tf.Tensor2D => tf.tensor2d(rows, [rows.length, rows[0].length], 'int32');
const list = (values: number[]): tf.Tensor1D => tf.tensor1d(values, 'int32');

/** 300 views by users alike of slates of three out of 12 items, of which some are shown far more often than others. */
function biasedViews(seed: number) {
  const random = Random.fromSeed(seed).child('views');
  const next = random.generator();
  const utility = Array.from({ length: 12 }, () => 2 * next() - 1);
  const views = Array.from({ length: 300 }, () => {
    // The smallest of waiting times at rates 1 / (1 + i): the first items most often.
    const waits = utility.map((_, item) => ({ item, wait: -Math.log(1 - next()) * (1 + item) }));
    const slate = waits.sort((a, b) => a.wait - b.wait).slice(0, 3).map(({ item }) => item); // prettier-ignore
    const raised = [...slate.map((item) => Math.exp(utility[item])), 1];
    let left = next() * raised.reduce((a, b) => a + b);
    return { slate, clicked: raised.findIndex((each) => (left -= each) < 0) };
  });
  return { utility, views };
}

/** Correlation of what was learnt of items with their utilities, by a softmax over what was shown or over all items. */
function recovered(seed: number, restricted: boolean): number {
  const { utility, views } = biasedViews(seed);
  const model = new models.SlateGru({ groups: utility.map(() => 0), width: 4, spread: 1, seed });
  const clicks = tf.zeros([300, 0], 'int32') as tf.Tensor2D;
  const slates = ids(views.map(({ slate }) => slate));
  const clicked = list(views.map((view) => view.clicked));
  // All items as one slate, and the item itself as its place.
  const all = ids(views.map(() => utility.map((_, item) => item)));
  const items = list(views.map(({ slate, clicked: at }) => slate[at] ?? utility.length));
  const seen = restricted ? { slates, clicked } : { slates: all, clicked: items };
  const random = Random.fromSeed(seed).child('draws');
  minimise(model, (_, step) => model.loss(clicks, seen, { total: 300, random: random.child(step) }), { steps: 40, learningRate: 0.06 }); // prettier-ignore
  const [scores] = tf.tidy(() => (model.scores(clicks, null).slice([0, 0], [1, -1]) as tf.Tensor2D).arraySync());
  model.dispose();
  tf.dispose([clicks, slates, clicked, all, items]);
  return pearson(scores, utility);
}

describe('Slates by a GRU and Thompson sampling', () => {
  test('[slate-gru-p-ts] the likelihood of a click is a softmax over what was shown and no click', () => {
    tf.tidy(() => {
      const log = Math.log;
      const scores = tf.tensor2d([[log(2), 50, log(3), 0], [7, log(4), 0, log(5)]]); // prettier-ignore
      const views = { slates: ids([[0, 2], [3, 1]]), clicked: list([1, 2]) }; // prettier-ignore
      const noClick = tf.scalar(log(5));
      expectClose(models.slateLogits(scores, views.slates, noClick), [log(2), log(3), log(5), log(5), log(4), log(5)], 1e-6); // prettier-ignore
      expectClose(models.slateLoss(scores, views, noClick), [-log(3 / 10), -log(5 / 14)], 1e-5);
      const { grad } = tf.valueAndGrad((x: tf.Tensor) => models.slateLoss(x as tf.Tensor2D, views, noClick).sum())(scores); // prettier-ignore
      // What was not shown has no gradient.
      const gradient = grad.arraySync() as number[][];
      expect([gradient[0][1], gradient[0][3], gradient[1][0], gradient[1][2]]).toEqual([0, 0, 0, 0]);
      expect(Math.abs(gradient[1][3])).toBeGreaterThan(0.1);
    });
    expect(() => models.slateLogits(tf.zeros([2, 3]), ids([[0]]), tf.scalar(0))).toThrow('models.slateLogits: ');
  });

  test('[slate-gru-p-ts] utilities are recovered better by it than by a softmax over all items where exposure is biased', () => {
    const [restricted, all] = [true, false].map((each) => recovered(1, each));
    expect(restricted).toBeGreaterThan(0.65);
    expect(restricted - all).toBeGreaterThan(0.1);
  });

  test('[slate-gru-p-ts] slates are of one draw of all parameters, the same of the same stream, and greedy without', () => {
    const model = new models.SlateGru({ groups: [0, 0, 1, 1, 2, 2], width: 3, hidden: 2, seed: 1, deviation: 0.5 });
    tf.tidy(() => {
      const clicks = ids([[-1, 3], [2, 3]]); // prettier-ignore
      const random = Random.fromSeed(5);
      const slates = (stream: core.Random | null): number[][] => model.recommend(clicks, 4, stream).arraySync();
      expect(slates(random)).toEqual(slates(random));
      expect(slates(null)).toEqual(slates(null));
      const drawn = Array.from({ length: 8 }, (_, i) => JSON.stringify(slates(random.child(i))));
      expect(new Set(drawn).size).toBeGreaterThan(5);
      // Best first, each item once.
      const scores = model.scores(clicks, random).arraySync();
      slates(random).forEach((slate, user) => {
        const order = scores[user].map((_, item) => item).sort((a, b) => scores[user][b] - scores[user][a]);
        expect(slate).toEqual(order.slice(0, 4));
      });
      // What was clicked counts, in its order; items of a group differ by their offsets alone.
      const of = (rows: number[][]): number[] => [...model.scores(ids(rows), null).dataSync()];
      expect(of([[2, 3]])).not.toEqual(of([[3, 2]]));
      expect(of([[-1, 3]])).not.toEqual(of([[2, 3]]));
      expect(of([[-1, 3]])).not.toEqual(of([[0, 3]]));
      const offsets = [...model.parameters()].find(([path]) => path.endsWith('network.offsets.weight'))![1];
      offsets.assign(tf.zerosLike(offsets.variable));
      const [first, second, third] = of([[2, 3]]);
      expect(second).toBe(first);
      expect(third).not.toBe(first);
      expectNoLeak(() => model.recommend(clicks, 2, random).dispose());
      expect(() => model.recommend(clicks, 7, null)).toThrow('models.SlateGru: k must be an integer 1..6, got 7');
    });
    model.dispose();
    expect(() => new models.SlateGru({ groups: [], width: 2 })).toThrow('models.SlateGru: there must be an item');
    expect(() => new models.SlateGru({ groups: [-1], width: 2 })).toThrow('models.SlateGru: groups must be an integer 0..0, got -1'); // prettier-ignore
    expect(() => new models.SlateGru({ groups: [0], width: 2, spread: 0 })).toThrow('models.SlateGru: spread must be');
  });

  test('[slate-gru-p-ts] the loss has the share of the divergence that is a view, in which items lie near their groups', () => {
    const [near, far] = [0.5, 2];
    const loss = (spread: number, total: number): number => {
      const model = new models.SlateGru({ groups: [0, 0, 1], width: 2, spread, deviation: 0.1, seed: 3 });
      const views = { slates: ids([[0, 2]]), clicked: list([1]) }; // prettier-ignore
      const value = tf.tidy(() => model.loss(ids([[1]]), views, { total, random: Random.fromSeed(1) }).dataSync()[0]);
      tf.dispose(Object.values(views));
      model.dispose();
      return value;
    };
    const model = new models.SlateGru({ groups: [0, 0, 1], width: 2, seed: 3 });
    const offsets = [...model.parameters()].find(([path]) => path.endsWith('network.offsets.weight'))![1];
    const squares = [...offsets.variable.dataSync()].reduce((sum, offset) => sum + offset ** 2 + 0.01, 0);
    model.dispose();
    const wanted = (squares / 2) * (1 / near ** 2 - 1 / far ** 2) + 6 * Math.log(near / far);
    expect(loss(near, 1) - loss(far, 1)).toBeCloseTo(wanted, 3);
    expect(loss(near, 10) - loss(far, 10)).toBeCloseTo(wanted / 10, 3);
  });

  test('[slate-gru-p-ts] regret of slates that are drawn falls as it learns', () => {
    const { regret } = runShop(true, 3, 8);
    const sum = (values: number[]): number => values.reduce((a, b) => a + b, 0);
    expect(sum(regret.slice(-3))).toBeLessThan(0.6 * sum(regret.slice(0, 3)));
  });

  test('[slate-gru-p-ts] the divergence by hand, and draws by their deviation', () => {
    const linear = new layers.Linear({ inputWidth: 1, outputWidth: 1, random: Random.fromSeed(1) });
    const field = new layers.MeanField({ network: linear, deviation: 0.5, prior: (path) => (path === 'bias' ? 2 : 1) });
    expect([...field.parameters().keys()].sort()).toEqual(['network.bias', 'network.weight', 'rho:bias', 'rho:weight']);
    tf.tidy(() => {
      linear.weight.assign(tf.tensor2d([[3]]));
      // (0.25 + 9 - 1) / 2 - ln 0.5, and (0.0625 - 1) / 2 - ln 0.25 of the bias, which is 0.
      const bias = linear.parameters().get('bias')!;
      bias.assign(tf.zerosLike(bias.variable));
      const wanted = 4.125 - Math.log(0.5) - 0.46875 - Math.log(0.25);
      expect(field.divergence().dataSync()[0]).toBeCloseTo(wanted, 4);
      const drawn = Array.from({ length: 400 }, (_, i) => field.draw(Random.fromSeed(2).child(i), () => linear.weight.read().flatten()).dataSync()[0]); // prettier-ignore
      const mean = drawn.reduce((a, b) => a + b) / 400;
      expect(Math.abs(mean - 3)).toBeLessThan(0.1);
      expect(Math.sqrt(drawn.reduce((a, b) => a + (b - mean) ** 2, 0) / 400)).toBeCloseTo(0.5, 1);
      // Outside of a draw, and after one that failed, the means are read.
      expect(() => field.draw(Random.fromSeed(1), () => { throw new Error('no'); })).toThrow('no'); // prettier-ignore
      expect(linear.weight.read().dataSync()[0]).toBe(3);
      const ctx = (): core.Context => core.Context.create({ random: Random.fromSeed(7) });
      const x = tf.tensor2d([[1]]);
      expect(field.apply(x, ctx()).dataSync()).toEqual(field.apply(x, ctx()).dataSync());
      expect(field.apply(x, ctx()).dataSync()[0]).not.toBe(3);
    });
    field.dispose();
    expect(() => new layers.MeanField({ network: new layers.Linear({ inputWidth: 1, outputWidth: 1, random: Random.fromSeed(1) }), prior: 0 })).toThrow('layers.MeanField: prior of weight must be'); // prettier-ignore
  });
});
