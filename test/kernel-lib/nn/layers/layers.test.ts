import { core, layers, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { spread } from '../../../support/gradients';
import { expectClose } from '../../../support/numeric';
import { input, WIDTH } from './members';

const random = core.Random.fromSeed(3);
describe('Linear', () => {
  test('names itself and the shape when the input does not fit', () => {
    const linear = new layers.Linear({ inputWidth: 3, outputWidth: 2, random });
    const ctx = core.Context.create();
    expect(() => linear.apply(tf.zeros([5, 4]), ctx)).toThrow('linear: expects shape [..., 3], got [5, 4]');
    expect(() => linear.apply(tf.zeros([5, 4]), ctx.within('layers').within('0'))).toThrow(
      'layers.0: expects shape [..., 3], got [5, 4]'
    );
  });

  test('computes with what its parameters read, not with what they store', () => {
    const linear = new layers.Linear({ inputWidth: 2, outputWidth: 1, random });
    linear.weight.wrap((weight) => weight.mul(0));
    expect([...linear.apply(tf.ones([1, 2]), core.Context.create()).dataSync()]).toEqual([0]);
  });

  test('biases are exempt from weight decay, weights are not', () => {
    const linear = new layers.Linear({ inputWidth: 2, outputWidth: 1, random });
    expect([linear.weight.decay, linear.bias?.decay]).toEqual([true, false]);
  });

  test('widths must be whole numbers from 1', () => {
    expect(() => new layers.Linear({ inputWidth: 0, outputWidth: 1, random })).toThrow('Linear: inputWidth');
    expect(() => new layers.Linear({ inputWidth: 1, outputWidth: 1.5, random })).toThrow('Linear: outputWidth');
  });
});

describe('Embedding', () => {
  test('refuses ids that are not int32', () => {
    const embedding = new layers.Embedding({ count: 2, width: 2, random });
    expect(() => embedding.apply(tf.zeros([2]), core.Context.create().within('tokens'))).toThrow(
      'tokens: ids must be int32, got float32'
    );
  });
});

test('in self-attention a position sees those after it, and the class token says where it looked', () => {
  const attention = new layers.ClassAttention({ width: WIDTH, heads: 2, random });
  const x = spread([2, 4, WIDTH]);
  const ctx = core.Context.create();
  const [seen, out] = tf.tidy(() => {
    const loss = (y: tf.Tensor) => attention.apply(y, ctx).slice([0, 0, 0], [-1, 1, -1]).square().sum();
    return [tf.grad(loss)(x).abs().sum([0, 2]).dataSync(), ctx.getState(layers.CLASS_ATTENTION)!.dataSync<'float32'>()];
  });
  expect([...seen].every((each) => each > 0)).toBe(true);
  expect(out).toHaveLength(2 * 3);
  // What is left of a whole is what the class token gave to itself.
  [0, 3].forEach((at) => expect(out.slice(at, at + 3).reduce((a, b) => a + b)).toBeLessThan(1));
  ctx.dispose();
  x.dispose();
  attention.dispose();
});

describe('CausalSelfAttention', () => {
  const attention = new layers.CausalSelfAttention({ width: WIDTH, heads: 2, random });
  const ctx = core.Context.create();

  test('a position does not see later ones', () => {
    const x = input();
    const changed = tf.concat([x.slice([0, 0, 0], [2, 2, WIDTH]), tf.ones([2, 2, WIDTH])], 1);
    const [before, after] = [attention.apply(x, ctx), attention.apply(changed, ctx)];
    const firstTwo = (y: tf.Tensor) => y.slice([0, 0, 0], [2, 2, WIDTH]);
    expectClose(firstTwo(after), firstTwo(before), 1e-6);
    expect(after.sub(before).abs().max().dataSync()[0]).toBeGreaterThan(0.01);
  });

  test('the first position is its own value, projected', () => {
    const x = input();
    const value = attention.qkv.apply(x, ctx).slice([0, 0, 2 * WIDTH], [2, 1, WIDTH]);
    expectClose(attention.apply(x, ctx).slice([0, 0, 0], [2, 1, WIDTH]), attention.output.apply(value, ctx), 1e-6);
  });

  test('refuses widths that heads do not divide, and inputs without a batch', () => {
    expect(() => new layers.CausalSelfAttention({ width: 6, heads: 4, random })).toThrow(
      'CausalSelfAttention: width must be a multiple of heads (4), got 6'
    );
    expect(() => attention.apply(tf.zeros([4, WIDTH]), ctx)).toThrow('expects shape [B, N, 6], got [4, 6]');
  });
});

describe('Dropout', () => {
  const dropout = new layers.Dropout({ rate: 0.25 });
  const ones = tf.ones([100, 100]);

  test('drops its share while training and keeps the mean', () => {
    const y = dropout.apply(ones, core.Context.create({ training: true, random }));
    const values = y.dataSync();
    const zeros = values.filter((value) => value === 0).length;
    expect(zeros / values.length).toBeCloseTo(0.25, 1);
    expect(Math.max(...values)).toBeCloseTo(4 / 3, 5);
    expect(y.mean().dataSync()[0]).toBeCloseTo(1, 1);
  });

  test('is the identity otherwise', () => {
    expect(dropout.apply(ones, core.Context.create()).dataSync()).toEqual(ones.dataSync());
  });

  test('draws differently in different places', () => {
    const ctx = core.Context.create({ training: true, random });
    const [a, b] = [dropout.apply(ones, ctx.within('a')), dropout.apply(ones, ctx.within('b'))];
    expect(a.dataSync()).not.toEqual(b.dataSync());
  });

  test.each([-0.1, 1, NaN])('rate %s is refused', (rate) => {
    expect(() => new layers.Dropout({ rate })).toThrow('Dropout: rate must be');
  });
});

describe('initializers', () => {
  test('uniformFanIn and xavierUniform fill the range of their formulas, for each expert alike', () => {
    for (const [initializer, bound] of [
      [layers.uniformFanIn(), 1 / Math.sqrt(50)],
      [layers.xavierUniform(), Math.sqrt(6 / 150)]
    ] as [layers.Initializer, number][]) {
      const values = layers.initialize(initializer, [4, 50, 100], random).dataSync();
      const largest = Math.max(...Array.from(values, Math.abs));
      expect(largest).toBeLessThanOrEqual(bound * (1 + 1e-6));
      expect(largest).toBeGreaterThan(0.99 * bound);
    }
  });

  test('fans need a matrix', () => {
    expect(() => layers.initialize(layers.uniformFanIn(), [3], random)).toThrow(
      'fans need a shape [..., in, out], got [3]'
    );
  });
});
