/** @file Flows worked out by hand: of one Gaussian, of partitions and of stages; and what each function refuses. */
import { core, generative, layers, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { valuesOf } from '../../../support/networks';
import { expectClose, expectNoLeak } from '../../../support/numeric';

const { Random } = core;

const random = Random.fromSeed(1);
const refusal = (message: string) => expect.objectContaining({ name: 'SwitchyardError', message }) as Error;
const still: generative.Velocity = (x) => tf.zerosLike(x);
const stage = (from: number, velocity = still) => ({ from, velocity });
const even: generative.Posterior = (x) => tf.fill([x.shape[0], 2], 0.5);
const mixture = (...of: Partial<generative.GaussianComponent>[]) =>
  of.map((each) => ({ weight: 1 / of.length, mean: [0], deviation: 1, ...each }));

// prettier-ignore
test.each<[string, () => unknown, string]>([
  ['no stage', () => generative.switchFlows([]), 'generative.switchFlows: stages must begin at 0 and follow one another, got []'],
  ['a first stage that begins later', () => generative.switchFlows([stage(0.1), stage(0.5)]), 'generative.switchFlows: stages must begin at 0 and follow one another, got [0.1,0.5]'],
  ['two stages at once', () => generative.switchFlows([stage(0), stage(0.5), stage(0.5)]), 'generative.switchFlows: stages must begin at 0 and follow one another, got [0,0.5,0.5]'],
  ['a stage after the end', () => generative.switchFlows([stage(0), stage(1.5)]), 'generative.switchFlows: from must be a number 0..1, got 1.5'],
  ['no expert for a point', () => generative.decentralizedFlow({ experts: [still, still], router: even, k: 0 }), 'generative.decentralizedFlow: k must be an integer 1..2, got 0'],
  ['more experts than there are', () => generative.decentralizedFlow({ experts: [still, still], router: even, k: 3 }), 'generative.decentralizedFlow: k must be an integer 1..2, got 3'],
  ['the old name of k', () => generative.decentralizedFlow({ experts: [still], router: even, topK: 1 } as never), 'generative.decentralizedFlow: topK is called k, got 1'],
  ['no point', () => generative.sample(still, { count: 0, width: 1, random }), 'generative.sample: count must be an integer of at least 1, got 0'],
  ['no step', () => generative.sample(still, { count: 1, width: 1, steps: 0, random }), 'generative.sample: steps must be an integer of at least 1, got 0'],
  ['no component', () => generative.gaussianFlow([]), 'generative.gaussianFlow: weights must sum to 1, got 0'],
  ['weights of more than 1', () => generative.gaussianFlow(mixture({ weight: 0.7 }, { weight: 0.7 })), 'generative.gaussianFlow: weights must sum to 1, got 1.4'],
  ['a component without width', () => generative.gaussianFlow(mixture({ deviation: 0 })), 'generative.gaussianFlow: deviation must be a number of at least 0.000001, got 0'],
  ['a mean of another width', () => generative.gaussianFlow(mixture({}, { mean: [0, 1] })), 'generative.gaussianFlow: the width of a mean must be an integer 1..1, got 2'],
  ['a deviation below 0', () => generative.gaussianScore(mixture({ deviation: -1 }), generative.variancePreserving()), 'generative.gaussianScore: deviation must be a number of at least 0, got -1'],
  ['more clusters than points', () => tf.tidy(() => generative.partition(tf.ones([2, 1]), { clusters: 3 }) as unknown as tf.Tensor[]), 'generative.partition: clusters must be an integer 1..2, got 3'],
  ['a rate below 0', () => generative.variancePreserving({ low: -1 }), 'generative.variancePreserving: low must be a number of at least 0, got -1'],
  ['no width', () => generative.reverse(still, { sde: generative.variancePreserving(), count: 1, width: 0, random }), 'generative.reverse: width must be an integer of at least 1, got 0'],
  ['no step back', () => generative.reverse(still, { sde: generative.variancePreserving(), count: 1, width: 1, steps: 0, random }), 'generative.reverse: steps must be an integer of at least 1, got 0'],
  ['a strength that is no number', () => generative.guided(still, (x) => x.sum(1), NaN), 'generative.guided: strength must be a number, got NaN']
])('%s is refused', (_name, run, message) => {
  expect(run).toThrow(refusal(message));
});

test('without a part there is no router to train', async () => {
  await expect(generative.trainPosterior([])).rejects.toThrow(refusal('generative.trainPosterior: there must be a part, got 0')); // prettier-ignore
});

describe('stages', () => {
  const constant = (value: number): generative.Velocity => (x) => tf.fill(x.shape, value); // prettier-ignore
  const flow = generative.switchFlows([stage(0, constant(1)), stage(0.25, constant(2)), stage(0.5, constant(4))]);

  test('each leads from its time until the next one’s', () => {
    const x = tf.zeros<tf.Rank.R2>([1, 1]);
    const at = (t: number) => tf.tidy(() => flow(x, t).dataSync()[0]);
    expect([0, 0.24, 0.25, 0.49, 0.5, 1].map(at)).toEqual([1, 1, 2, 2, 4, 4]);
    x.dispose();
  });

  test('and points go as far as they lead: by quarters 1/4 + 2/4 + 2 x 4/4 from the noise', () => {
    const [from, to] = [generative.sample(still, { count: 3, width: 2, steps: 1, random }), generative.sample(flow, { count: 3, width: 2, steps: 4, random })]; // prettier-ignore
    tf.tidy(() => expectClose(to.sub(from), new Array<number>(6).fill(2.75), 1e-6));
    tf.dispose([from, to]);
    expectNoLeak(() => generative.sample(flow, { count: 3, width: 2, steps: 4, random }).dispose());
  });
});

describe('the flow of one Gaussian', () => {
  test('is that of its formula, and carries noise to it', () => {
    const { velocity, posterior } = generative.gaussianFlow([{ weight: 1, mean: [2, -1], deviation: 0.5 }]);
    const x = tf.tensor2d([[1, 0]]);
    // At 0.5: variance 1/4 + 1/16, (0.5 x 0.25 - 0.5) / 0.3125 = -1.2; from (1, -0.5) by (0, 0.5).
    expectClose(velocity(x, 0.5), [2, -1 - 0.6], 1e-6);
    expectClose(posterior(x, 0.5), [1], 0);
    const drawn = generative.sample(velocity, { count: 2000, width: 2, random });
    tf.tidy(() => {
      const { mean, variance } = tf.moments(drawn, 0);
      expectClose(mean, [2, -1], 0.05);
      expectClose(variance.sqrt(), [0.5, 0.5], 0.05);
    });
    tf.dispose([x, drawn]);
  });

  test('of two, a point belongs to each as likely as Bayes says', () => {
    const { posterior, velocity } = generative.gaussianFlow([
      { weight: 0.75, mean: [1, 0], deviation: 1 },
      { weight: 0.25, mean: [-1, 0], deviation: 2 }
    ]);
    const [t, at] = [0.5, 0.3];
    // In the plane, of variances 1/4 + 1/4 and 1/4 + 1.
    const density = (weight: number, mean: number, variance: number) =>
      (weight / variance) * Math.exp(-((at - t * mean) ** 2) / (2 * variance));
    const [a, b] = [density(0.75, 1, 0.5), density(0.25, -1, 1.25)];
    const x = tf.tensor2d([[at, 0]]);
    expectClose(posterior(x, t), [a / (a + b), b / (a + b)], 1e-6);
    // (0.5 - 0.5) / 0.5 = 0; (2 - 0.5) / 1.25 = 1.2.
    expectClose(velocity(x, t), [(a * 1 + b * (-1 + 1.2 * (at + 0.5))) / (a + b), 0], 1e-6);
    x.dispose();
  });
});

describe('partitions', () => {
  const experts = [1, 10, 100].map(
    (value): generative.Velocity =>
      (x) =>
        x.mul(value)
  );
  const router: generative.Posterior = () => tf.tensor2d([[0.5, 0.3, 0.2], [0.1, 0.3, 0.6]]); // prettier-ignore
  const run = (options: Partial<generative.DecentralizedFlowOptions>) => {
    const x = tf.tensor2d([[1], [2]]);
    const out = generative.decentralizedFlow({ experts, router, ...options })(x, 0);
    const values = [...out.dataSync()];
    tf.dispose([x, out]);
    return values;
  };

  test('all experts by their probability, or the likeliest by their shares', () => {
    expectClose(run({}), [0.5 + 3 + 20, 2 * (0.1 + 3 + 60)], 1e-5);
    expectClose(run({ k: 2 }), [(0.5 + 3) / 0.8, (2 * (3 + 60)) / 0.9], 1e-5);
    expectClose(run({ k: 1 }), [1, 200], 1e-5);
  });

  test('an expert that no point is sent to is not asked', () => {
    const asked: number[] = [];
    const watched = experts.map((expert, k): generative.Velocity => (x, t) => {
      asked.push(k);
      expect(x.shape[0]).toBe(1);
      return expert(x, t);
    });
    run({ experts: watched, k: 1 });
    expect(asked).toEqual([0, 2]);
    expectNoLeak(() => void run({ k: 2 }));
  });

  test('clusters hold each point once; those that are empty are left out', () => {
    const points = tf.tensor2d([[0, 0], [9, 9], [0, 1], [9, 8], [1, 0]]); // prettier-ignore
    const parts = generative.partition(points, { clusters: 2, seed: 3 });
    const rows = parts.map((part) => (part.arraySync() as number[][]).map((row) => row.join()).sort());
    expect(rows.sort((a, b) => b.length - a.length)).toEqual([['0,0', '0,1', '1,0'], ['9,8', '9,9']]); // prettier-ignore
    const same = tf.ones<tf.Rank.R2>([3, 1]);
    const one = generative.partition(same, { clusters: 2 });
    expect(one.reduce((sum, part) => sum + part.shape[0], 0)).toBe(3);
    expect(one.every((part) => part.shape[0] > 0)).toBe(true);
    tf.dispose([points, same, ...parts, ...one]);
  });
});

describe('networks that are trained', () => {
  test('no step leaves the network as it was; it is given points, time and its square', async () => {
    const network = new layers.Linear({ inputWidth: 4, outputWidth: 2, random });
    const before = valuesOf(network);
    const data = tf.ones<tf.Rank.R2>([4, 2]);
    const { at, network: given } = await generative.trainFlow(data, { network, steps: 0 });
    expect(given).toBe(network);
    expect(valuesOf(network)).toEqual(before);
    const x = tf.tensor2d([[3, 5]]);
    tf.tidy(() => {
      const { weight, bias } = network;
      expectClose(at(x, 0.5), tf.tensor2d([[3, 5, 0.5, 0.25]]).matMul(weight.read() as tf.Tensor2D).add(bias!.read()), 1e-6); // prettier-ignore
    });
    expectNoLeak(() => at(x, 0.5).dispose());
    tf.dispose([data, x]);
    network.dispose();
  });

  test('a step moves it; the default has the width asked for, by its seed', async () => {
    const data = tf.ones<tf.Rank.R2>([4, 2]);
    const train = async (options: generative.TrainFlowOptions) => {
      const { network } = await generative.trainFlow(data, { hidden: 8, steps: 0, ...options });
      const values = valuesOf(network);
      network.dispose();
      return values;
    };
    const [zero, one, other] = [await train({}), await train({ steps: 1 }), await train({ seed: 1 })];
    // In [4, 8] and [8], twice [8, 16], [16], [16, 8] and [8], out [8, 2] and [2].
    expect(Object.values(zero).map(({ length }) => length).sort((a, b) => a - b)).toEqual([2, 8, 8, 8, 16, 16, 16, 32, 128, 128, 128, 128]); // prettier-ignore
    expect(one).not.toEqual(zero);
    expect(other).not.toEqual(zero);
    data.dispose();
  });

  test('a router says probabilities of the parts', async () => {
    const parts = [tf.ones<tf.Rank.R2>([4, 2]), tf.zeros<tf.Rank.R2>([4, 2]), tf.ones<tf.Rank.R2>([2, 2])];
    const { network, at } = await generative.trainPosterior(parts, { hidden: 8, steps: 1 });
    tf.tidy(() => {
      const probabilities = at(tf.ones([5, 2]), 0.5);
      expect(probabilities.shape).toEqual([5, 3]);
      expectClose(probabilities.sum(1), [1, 1, 1, 1, 1], 1e-6);
    });
    network.dispose();
    tf.dispose(parts);
  });
});

test('processes of noise, by their formulas', () => {
  const keeps = generative.variancePreserving({ low: 1, high: 3 });
  expect([keeps.decay(0.5), keeps.spread(0.5)]).toEqual([1, Math.SQRT2]);
  const { scale, deviation } = keeps.marginal(0.5);
  // The integral of 1 + 2 t up to 1/2 is 3/4.
  expectClose([scale, deviation], [Math.exp(-0.375), Math.sqrt(1 - Math.exp(-0.75))], 1e-12);
  const grows = generative.varianceExploding({ low: 1, high: 4 });
  expectClose([grows.decay(0.5), grows.spread(0.5)], [0, 2 * Math.sqrt(2 * Math.log(4))], 1e-12);
  expectClose([grows.marginal(0.5).scale, grows.marginal(0.5).deviation], [1, Math.sqrt(3)], 1e-12);
});
