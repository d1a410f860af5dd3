/** @file What adaptive computation refuses, and in which words. */
import { adaptive, core, layers, models, tf } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';
import { makeNetwork } from '../../../support/networks';

const { Context, Random } = core;

const random = Random.fromSeed(1);
const one = 'must be an integer of at least 1, got 0';
const pursuit = (more: object) => adaptive.matchingPursuit({ width: 3, atoms: 4, maxSteps: 2, random, ...more });
const reorganize = (more: object) => adaptive.tokenReorganize({ keepRate: 0.5, layers: [0], ...more });
const versatile = (more: object) => adaptive.versatileFFN({ width: 4, hidden: 8, random, ...more });
const path = (more: object) => adaptive.pathRouter({ block: 0, costs: [0, 1], ...more });
const network = (bias = false) => makeNetwork({ width: 4, hidden: 6, bias }) as layers.FeedForward;
const route = (more: object) => {
  const inputs = tf.ones<tf.Rank.R2>([5, 4]);
  try {
    return adaptive.tokenRoute(network(), { block: 0, policy: 'executeOrSkip', inputs, ...more });
  } finally {
    inputs.dispose();
  }
};
const plain = () => new layers.Sequential([network()]);

// prettier-ignore
test.each<[string, () => unknown, string]>([
  ['matchingPursuit', () => pursuit({ width: 0 }), `adaptive.matchingPursuit: width ${one}`],
  ['matchingPursuit', () => pursuit({ atoms: 0 }), `adaptive.matchingPursuit: atoms ${one}`],
  ['matchingPursuit', () => pursuit({ maxSteps: 0 }), `adaptive.matchingPursuit: maxSteps ${one}`],
  ['matchingPursuit', () => pursuit({ noiseFactor: -1 }), 'adaptive.matchingPursuit: noiseFactor must be a number of at least 0, got -1'],
  ['matchingPursuit', () => pursuit({ dictionary: tf.ones([3, 5]) }), 'adaptive.matchingPursuit: expects shape [3, 4], got [3, 5]'],
  ['tokenReorganize', () => reorganize({ keepRate: 0 }), `adaptive.tokenReorganize: keepRate must be a number ${Number.EPSILON}..1, got 0`],
  ['tokenReorganize', () => reorganize({ keepRate: 1.1 }), `adaptive.tokenReorganize: keepRate must be a number ${Number.EPSILON}..1, got 1.1`],
  ['tokenReorganize', () => reorganize({ layers: [0, -1] }), 'adaptive.tokenReorganize: layers must be an integer of at least 0, got -1'],
  ['versatileFFN', () => versatile({ hidden: 0 }), `adaptive.versatileFFN: hidden ${one}`],
  ['versatileFFN', () => versatile({ maxSteps: 0 }), `adaptive.versatileFFN: maxSteps ${one}`],
  ['versatileFFN', () => versatile({ subExperts: 3 }), 'moe.sharedSlices: numExperts must divide the hidden width (8), got 3'],
  ['pathRouter', () => path({ block: -1 }), 'adaptive.pathRouter: block must be an integer of at least 0, got -1'],
  ['pathRouter', () => path({ costs: [0, 1.5] }), 'adaptive.pathRouter: costs must be a number 0..1, got 1.5'],
  ['pathRouter', () => path({ budget: 2 }), 'adaptive.pathRouter: budget must be a number 0..1, got 2'],
  ['pathRouter', () => path({ budgetLoss: -1 }), 'adaptive.pathRouter: budgetLoss must be a number of at least 0, got -1'],
  ['tokenRoute', () => route({ policy: 'skip' }), 'adaptive.tokenRoute: policy must be one of executeOrApproximate, executeOrSkip, got skip'],
  ['tokenRoute', () => route({ rank: 0 }), 'adaptive.tokenRoute: rank must be an integer 1..4, got 0'],
  ['tokenRoute', () => route({ rank: 5 }), 'adaptive.tokenRoute: rank must be an integer 1..4, got 5'],
  ['tokenRoute', () => adaptive.tokenRoute(network(true), { block: 0, policy: 'executeOrSkip', inputs: tf.ones([5, 4]) }), 'adaptive.tokenRoute: the network must have no biases, got biases'],
  ['featureReuse', () => adaptive.featureReuse(plain(), { level: 'all' as 'unit', schedule: 2 }), 'adaptive.featureReuse: level must be one of block, layer, unit, got all'],
  ['featureReuse', () => adaptive.featureReuse(plain(), { level: 'block', schedule: 2 }), 'adaptive.featureReuse: the model must have a unet-block that is wanted, got sequential'],
  ['featureReuse', () => adaptive.featureReuse(plain(), { level: 'block', schedule: 0 }), `adaptive.featureReuse: schedule ${one}`],
  ['trainOnlyRouters', () => adaptive.trainOnlyRouters(plain()), 'adaptive.trainOnlyRouters: the model must have a path router, got sequential']
])('%s: %#', (_name, make, message) => {
  expect(make).toThrow(expect.objectContaining({ name: 'SwitchyardError', message }) as Error);
});

test('passes that hold no noise of the signals, or signals of another width', () => {
  const module = pursuit({});
  tf.tidy(() => {
    const ctx = Context.create();
    expect(() => module.apply(tf.ones([2, 3]), ctx)).toThrow('matching-pursuit: the context must hold "noise" for 2 signals, got null'); // prettier-ignore
    ctx.setState(adaptive.NOISE, tf.ones([3]));
    expect(() => module.apply(tf.ones([2, 3]), ctx.within('here'))).toThrow('here: the context must hold "noise" for 2 signals, got 3'); // prettier-ignore
    expect(() => module.apply(tf.ones([3, 2]), ctx)).toThrow('matching-pursuit: expects shape [T, 3], got [3, 2]');
    ctx.dispose();
  });
  module.dispose();
});

test('matching pursuit takes off what the nearest atoms explain, until what is left is noise, by hand', () => {
  const atoms = tf.tensor2d([[2, 0, 1], [0, 3, 1]]); // prettier-ignore
  const module = adaptive.matchingPursuit({ width: 2, atoms: 3, maxSteps: 3, noiseFactor: 0.5, dictionary: atoms, random }); // prettier-ignore
  // Atoms are used with length 1: (1, 0), (0, 1) and (1, 1) / sqrt(2). The first goes along x, then y; the second is done after one; the third is all noise.
  const signals = tf.tensor2d([[10, 1], [4, 4], [0.1, 0]]); // prettier-ignore
  const depths: core.DepthRecord[] = [];
  const ctx = Context.create({ observers: [core.observer('depth', (record) => depths.push(record))] });
  tf.tidy(() => {
    // Limits are 0.5 * 2 * noise.
    ctx.setState(adaptive.NOISE, tf.tensor1d([0.5, 0.1, 0.02]));
    const { estimate, depths: own } = module.pursue(signals, ctx);
    expect([...own]).toEqual([2, 1, 0]);
    [[10, 1], [4, 4], [0, 0]].flat().forEach((value, i) => expect(estimate.dataSync()[i]).toBeCloseTo(value, 5)); // prettier-ignore
  });
  expect(depths.map(({ path, modules, taken }) => ({ path, modules, taken: [...taken] }))).toEqual([
    { path: 'matching-pursuit', modules: ['0 steps', '1 steps', '2 steps', '3 steps'], taken: [2, 1, 0] }
  ]);
  expect(module.cost({ length: 1 }).flops).toBe(4 * 3 * 2 * 3);
  ctx.dispose();
  signals.dispose();
  module.dispose();
});

test('only path routers are trained, until it is taken back; what was frozen before stays so', () => {
  const model = models.duoLLM({ layers: 1, width: 8, heads: 2, contextLength: 4, smallDim: 4, bigDim: 8 });
  const frozen = [...model.parameters().values()].find(({ trainable }) => trainable)!.freeze();
  const trainable = () => [...model.parameters()].filter(([, each]) => each.trainable).map(([path]) => path);
  const before = trainable();
  const release = adaptive.trainOnlyRouters(model);
  expect(trainable()).toEqual(['layers.0.moe.router.weight']);
  const router = model.modules().get('layers.0.moe.router') as adaptive.PathRouter;
  expect(router.exploring).toBe(false);
  release();
  expect(trainable()).toEqual(before);
  frozen();
  expect(trainable()).toHaveLength(before.length + 1);
  model.dispose();
});
