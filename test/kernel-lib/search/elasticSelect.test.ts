import { elastic, models, nas, tf } from '@switchyard/kernel-lib';
import { afterAll, describe, expect, test } from 'vitest';
import { expectNoLeak } from '../../support/numeric';

const model = models.mlp({ inputWidth: 4, hidden: [8, 8, 8], outputWidth: 2 });
const net = elastic.supernet(model, { sizes: { '**.hidden': [0.25, 0.5, 1] } });
afterAll(() => model.dispose());

// What each layer loses at a share: additive, and each layer is another.
const LOSSES: Record<string, Record<number, number>> = {
  hidden: { 0.25: 0.9, 0.5: 0.1, 1: 0 },
  'hidden#2': { 0.25: 0.3, 0.5: 0.25, 1: 0 },
  'hidden#3': { 0.25: 0.2, 0.5: 0.15, 1: 0 }
};
const additive = (_model: unknown, point: elastic.SubnetPoint): number =>
  1 + Object.entries(point).reduce((sum, [name, share]) => sum + LOSSES[name][share], 0);
const parameters = (point: elastic.SubnetPoint): number => net.subnet(point).cost().parameters;

/** The best of all slices within a budget, by going through them. */
function bestOf(budget: number, loss: (point: elastic.SubnetPoint) => number): number {
  return Math.min(...[...net.points()].filter((point) => parameters(point) <= budget).map(loss));
}

describe('select', () => {
  test.each([60, 100, 150])('within %d parameters: of all, the best there is', async (budget) => {
    const chosen = await elastic.select(net, { budget: { parameters: budget }, evaluate: additive });
    expect(chosen.loss).toBe(bestOf(budget, (point) => additive(null, point)));
    expect(chosen.cost).toBe(parameters(chosen.point));
    expect(chosen.cost).toBeLessThanOrEqual(budget);
  });

  test('separable: exactly the best of the sum of differences, at a measure for each value', async () => {
    const lm = models.denseTransformer({ layers: 3, width: 4, heads: 1, contextLength: 4, vocabSize: 5, hidden: 8 });
    const nested = elastic.supernet(lm, { sizes: { '**.hidden': [0.25, 0.5, 1] } });
    const names = nested.dimensions.map(({ name }) => name);
    const evaluate = (_model: unknown, point: elastic.SubnetPoint): number =>
      names.reduce((sum, name, i) => sum + Object.values(LOSSES)[i][point[name]], 1);
    const costAt = (point: elastic.SubnetPoint): number => nested.subnet(point).cost().parameters;
    const [least, most] = [costAt(nested.smallest), costAt(nested.largest)];
    for (const share of [0, 0.3, 0.6, 1]) {
      const budget = least + share * (most - least);
      const chosen = await elastic.select(nested, { budget: { parameters: budget }, evaluate, method: 'separable' });
      const feasible = [...nested.points()].filter((point) => costAt(point) <= budget);
      expect(chosen.loss).toBeCloseTo(Math.min(...feasible.map((point) => evaluate(null, point))), 9);
      expect(chosen.measured).toBeLessThanOrEqual(8);
    }
    lm.dispose();
  });

  test('separable is refused where sizes multiply: a layer costs by its neighbour', async () => {
    const budget = { parameters: parameters(net.smallest) + 1 };
    await expect(elastic.select(net, { budget, evaluate: additive, method: 'separable' })).rejects.toThrow(
      /^elastic.select: (costs of dimensions must add up|the sum of the least costs)/
    );
  });

  test('search finds what going through all finds, in fewer measures, and by its seed', async () => {
    const options = { budget: { parameters: 110 }, evaluate: additive, method: 'search', trials: 18, seed: 2 } as const;
    const chosen = await elastic.select(net, options);
    expect(chosen.measured).toBeLessThanOrEqual(18);
    expect(chosen.cost).toBeLessThanOrEqual(110);
    expect(chosen.loss).toBeLessThanOrEqual(bestOf(110, (point) => additive(null, point)) + 0.1);
    expect(await elastic.select(net, options)).toEqual(chosen);
  });

  test('by measured time, within it', async () => {
    const timedOn = tf.zeros([64, 4]);
    const chosen = await elastic.select(net, { budget: { milliseconds: 1000 }, timedOn, evaluate: additive });
    expect(chosen.point).toEqual(net.largest);
    expect(chosen.cost).toBeGreaterThan(0);
    timedOn.dispose();
  });

  test.each([
    [{ budget: { parameters: 3 } }, /^elastic.select: the budget must be of the smallest slice \(\d+\) or more, got 3/],
    [{ budget: { parameters: 99, flops: 1 } }, /^elastic.select: the budget must be of one cost/],
    [{ budget: { milliseconds: 1 } }, /^elastic.select: timedOn must be given for a budget of milliseconds/],
    [{ budget: { grams: 1 } }, /^elastic.select: the budget must be one of parameters, flops, milliseconds, got grams/],
    [{ budget: { parameters: 999 }, evaluate: () => NaN }, /^elastic.select: the measure of .* must be finite/]
  ])('%j is refused', async (options, message) => {
    await expect(elastic.select(net, { evaluate: additive, ...(options as object) } as never)).rejects.toThrow(message);
    // The model is whole again.
    expect(net.subnet(net.largest).cost().parameters).toBe(model.countParameters());
  });
});

describe('curve', () => {
  test('has all slices by cost, and the front among them; nothing leaks', async () => {
    const before = tf.memory().numTensors;
    const { points, front } = await elastic.curve(net, { evaluate: additive });
    expect(tf.memory().numTensors).toBe(before);
    expect(points).toHaveLength(27);
    points.forEach((each, i) => {
      expect(each.parameters).toBe(parameters(each.point));
      expect(each.parameters).toBeGreaterThanOrEqual(points[Math.max(0, i - 1)].parameters);
    });
    const beaten = (each: elastic.CurvePoint): boolean =>
      points.some(({ parameters: size, loss }) => (size < each.parameters && loss <= each.loss) || (size <= each.parameters && loss < each.loss)); // prettier-ignore
    expect(front.some(beaten)).toBe(false);
    points
      .filter((each) => !beaten(each))
      .forEach(({ loss, parameters: size }) =>
        expect(front.some((each) => each.loss === loss && each.parameters === size)).toBe(true)
      );
  });

  test('more slices than can be measured unasked are refused, and a measure that is not finite', async () => {
    const many = elastic.supernet(model, { sizes: { '**.hidden': [1, 2, 3, 4, 5, 6, 7].map((n) => n / 8) } });
    await expect(elastic.curve(many, { evaluate: additive })).rejects.toThrow(
      'elastic.curve: points must be given where there are more than 256 slices, got 343'
    );
    await expect(elastic.curve(net, { evaluate: () => Infinity, points: [net.largest] })).rejects.toThrow(/must be finite, got Infinity/); // prettier-ignore
  });
});

test('space: a study goes through slices, each once, and a candidate is a point', async () => {
  const lm = models.denseTransformer({ layers: 2, width: 4, heads: 1, contextLength: 4, vocabSize: 5, hidden: 4 });
  const nested = elastic.supernet(lm, { sizes: { '**.hidden': [0.5, 1] }, depths: { layers: [1, 2] } });
  const slices = elastic.space(nested);
  const seen: string[] = [];
  const result = await nas.study({
    ...{ space: slices, strategy: nas.random(), trials: 20, storage: 'memory', progress: false },
    evaluate: ({ candidate }) => {
      const point = slices.subnetPoint(candidate);
      seen.push(JSON.stringify(nested.choice(point)));
      return nested.subnet(point).cost().parameters;
    }
  });
  // Eight points; of the four without the second block its width says nothing.
  expect(new Set(seen).size).toBe(seen.length);
  expect(seen).toHaveLength(6);
  expect(slices.subnetPoint(result.best!.candidate).layers).toBe(1);
  expectNoLeak(() => nested.subnet(nested.smallest).cost());
  lm.dispose();
});
