import { compress, core, layers, models, prune, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { outputOf, setValue } from '../support/networks';
import { expectClose, expectNoLeak } from '../support/numeric';

const { Random } = core;
const random = Random.fromSeed(6);
const WIDTH = 12;
const HIDDEN = 32;
const tokens = (name: string, count = 120) => random.child(name).normal([count, WIDTH]) as tf.Tensor2D;
const [seen, unseen, one] = [tokens('seen'), tokens('unseen'), tokens('one', 1)];

/** A network whose channels count differently: rows of the last matrix, and what the gate multiplies, are of many sizes. */
function network(gated: boolean): layers.FeedForward | layers.GatedFeedForward {
  const options = { width: WIDTH, hidden: HIDDEN, random };
  const made = gated ? new layers.GatedFeedForward(options) : new layers.FeedForward(options);
  const sizes = tf.tensor1d(Array.from({ length: HIDDEN }, (_, i) => 4 ** ((i % 5) - 2)));
  setValue(made, 'w2.weight', (value) => value.mul(sizes.expandDims(1)));
  if (gated) {
    setValue(made, 'w3.weight', (value) => value.mul(sizes.reverse()));
  }
  return made;
}

/** Squared error of the outputs on tokens. */
function errorOf(made: core.Module, x: tf.Tensor, threshold: 'channel' | 'tensor', target: number): number {
  const whole = outputOf(made, x);
  const sparse = prune.activations(made, { target, calibration: seen, threshold });
  const error = outputOf(made, x).reduce((sum, value, i) => sum + (value - whole[i]) ** 2, 0);
  sparse.stop();
  return error;
}

describe.each([
  ['gated', true],
  ['plain', false]
])('[chess] a %s network', (_name, gated) => {
  test('the share of activations that goes is the target, to 2 % on other tokens', () => {
    const made = network(gated);
    for (const target of [0.3, 0.5, 0.7]) {
      const sparse = prune.activations(made, { target, calibration: seen });
      outputOf(made, unseen);
      const [share] = sparse.sparsity().values();
      expect(Math.abs(share - target)).toBeLessThan(0.02);
      sparse.stop();
    }
    made.dispose();
  });

  test('thresholds of channels move the output less than one for the layer, at the same share', () => {
    const made = network(gated);
    for (const target of [0.3, 0.5, 0.7]) {
      expect(errorOf(made, unseen, 'channel', target)).toBeLessThan(0.7 * errorOf(made, unseen, 'tensor', target));
    }
    made.dispose();
  });

  test('with target 0 it computes the same, with target 1 the bias alone; stopped, or in training, it does nothing', () => {
    const made = network(gated);
    const whole = outputOf(made, unseen);
    const none = prune.activations(made, { target: 0, calibration: seen });
    expectClose(outputOf(made, unseen), whole, 1e-6);
    none.stop();
    const all = prune.activations(made, { target: 1, calibration: seen, gather: true });
    [unseen, one].forEach((x) => expect(Math.max(...outputOf(made, x).map(Math.abs))).toBe(0));
    expect(outputOf(made, unseen, true)).toEqual(whole);
    all.stop();
    all.stop();
    expect(outputOf(made, unseen)).toEqual(whole);
    made.dispose();
  });

  test('one token, of which live channels alone are multiplied, is what it is among others', () => {
    const made = network(gated);
    ['w1.bias', 'w2.bias'].forEach((path) => made.parameters().has(path) && setValue(made, path, (value) => random.child(path).normal(value.shape))); // prettier-ignore
    const sparse = prune.activations(made, { target: 0.5, calibration: seen, gather: true });
    const both = tf.concat([one, unseen.slice([0, 0], [1, -1])]);
    expectClose(outputOf(made, one), outputOf(made, both).slice(0, WIDTH), 1e-5);
    expectNoLeak(() => outputOf(made, one));
    sparse.stop();
    expectNoLeak(() => prune.activations(made, { target: 0.5, calibration: seen, gather: true }).stop());
    made.dispose();
  });
});

describe('[chess]', () => {
  test('thresholds by hand: T over what a value of the channel does', () => {
    const made = new layers.FeedForward({ width: 2, hidden: 2, activation: 'relu', bias: false, random });
    setValue(made, 'w1.weight', () => tf.eye(2));
    setValue(made, 'w2.weight', () => tf.tensor2d([[3, 4], [1, 0]])); // prettier-ignore
    // Activations [1, 6] and [2, 1]; times the norms 5 and 1 of the rows: 5, 6, 10, 1. Half are below 6.
    const x = tf.tensor2d([[1, 6], [2, 1]]); // prettier-ignore
    const sparse = prune.activations(made, { target: 0.5, calibration: x });
    expectClose(sparse.thresholds.get('w2')!, [6 / 5, 6]);
    expectClose(outputOf(made, x), [6, 0, 6, 8]);
    sparse.stop();
    const plain = prune.activations(made, { target: 0.5, calibration: x, threshold: 'tensor' });
    expectClose(plain.thresholds.get('w2')!, [2, 2]);
    expectClose(outputOf(made, x), [6, 0, 6, 8]);
    plain.stop();
    made.dispose();
  });

  test('of attention the queries and the output alone, in a model that goes on writing', () => {
    const attention = layers.groupedAttention({ keyValueHeads: 1, rotary: {} });
    const size = { layers: 2, width: 16, heads: 2, contextLength: 8, vocabSize: 19, parallel: false };
    const feedForwards = [1, 2].map(() => ({ kind: 'dense' as const, hidden: 24, gated: true }));
    const model = new models.Transformer({ ...size, seed: 1, feedForwards, parts: { attention } });
    const ids = tf.tensor2d([[1, 5, 9, 2, 7, 7, 3, 0]], [1, 8], 'int32');
    const sparse = prune.activations(model, { target: 0.4, calibration: ids, attention: 'selective' });
    outputOf(model, ids);
    expect([...sparse.thresholds.keys()].sort()).toEqual([0, 1].flatMap((i) => ['attention.output', 'attention.query', 'feedForward'].map((name) => `layers.${i}.${name}`)).sort()); // prettier-ignore
    sparse.sparsity().forEach((share, path) => expect(Math.abs(share - 0.4), path).toBeLessThan(0.12));
    sparse.stop();
    const { model: factored } = compress.lowRank(model, { rank: 2 });
    expect(() => prune.activations(factored, { target: 0.5, calibration: ids })).toThrow('prune.activations: weights of "layers.0.feedForward" must be whole'); // prettier-ignore
    [model, factored].forEach((each) => each.dispose());
  });

  test('what it cannot do is said', () => {
    const made = network(true);
    expect(() => prune.activations(made, { target: 1.5, calibration: seen })).toThrow(
      'prune.activations: target must be'
    );
    expect(() => prune.activations(made, { target: 0.5, calibration: [] })).toThrow('prune.activations: calibration must be'); // prettier-ignore
    const broken = tf.fill([2, WIDTH], NaN);
    expect(() => prune.activations(made, { target: 0.5, calibration: broken })).toThrow('prune.activations: ');
    const linear = new layers.Linear({ inputWidth: 2, outputWidth: 2, random });
    expect(() => prune.activations(linear, { target: 0.5, calibration: tf.ones([1, 2]) })).toThrow('prune.activations: the model must have a feed-forward network'); // prettier-ignore
    [made, linear].forEach((each) => each.dispose());
  });
});
