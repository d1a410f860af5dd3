/** @file Attention, norms and AdamW in one op against what they are composed of. */
import { core, layers, ops, tf, train } from '@switchyard/kernel-lib';
import {
  executeMultiple,
  executeSingle,
  hasCustomOps,
  useCustomOps
} from '@switchyard/kernel-lib/dist/base/backend/index.js';
import { attend, attendPacked } from '@switchyard/kernel-lib/dist/nn/layers/attend.js';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { expectClose, expectNoLeak } from '../../../support/numeric';

const random = core.Random.fromSeed(5);
const draw = (name: string, shape: number[]): tf.Tensor => random.child(name).normal(shape);

beforeAll(() => {
  expect(hasCustomOps()).toBe(true);
});
afterEach(() => {
  useCustomOps(true);
});

function expectSame(f: () => tf.Tensor[], tolerance = 2e-6): void {
  tf.tidy(() => {
    useCustomOps(true);
    const fused = f();
    useCustomOps(false);
    f().forEach((value, i) => {
      expect(fused[i].shape).toEqual(value.shape);
      // Against the largest value: sums in another order are as far apart as their terms are large.
      const size = Math.max(1, value.size === 0 ? 0 : (value.abs().max().arraySync() as number));
      expectClose(fused[i].div(size), value.div(size), tolerance);
    });
  });
}

describe('attention in one op', () => {
  // Blocks are of 64 queries: fewer, just as many, one more, several.
  test.each([
    { batch: 1, queries: 1, keys: 1, heads: 1, causal: true },
    { batch: 3, queries: 5, keys: 5, heads: 2, causal: false },
    { batch: 2, queries: 64, keys: 64, heads: 3, causal: true },
    { batch: 2, queries: 65, keys: 72, heads: 2, causal: true },
    { batch: 1, queries: 200, keys: 131, heads: 2, causal: false },
    { batch: 0, queries: 4, keys: 4, heads: 2, causal: true },
    { batch: 2, queries: 0, keys: 3, heads: 1, causal: false }
  ])('$batch x $queries queries of $keys keys, $heads heads, causal $causal', (sizes) => {
    const { batch, queries, keys, heads, causal } = sizes;
    const [query, key, value] = [draw('q', [batch, queries, 6 * heads]), draw('k', [batch, keys, 6 * heads]), draw('v', [batch, keys, 6 * heads])]; // prettier-ignore
    const upstream = draw('dy', query.shape);
    const mixed = (q: tf.Tensor, k: tf.Tensor, v: tf.Tensor): tf.Tensor => attend(q, k, v, { heads, causal });
    expectSame(() => [
      mixed(query, key, value),
      ...tf.grads((q, k, v) => mixed(q, k, v).mul(upstream).sum())([query, key, value])
    ]);
    tf.dispose([query, key, value, upstream]);
  });

  test.each([true, false])('queries, keys and values in one tensor, causal %s', (causal) => {
    const qkv = draw('qkv', [2, 70, 36]);
    const upstream = draw('upstream', [2, 70, 12]);
    const mixed = (x: tf.Tensor): tf.Tensor => attendPacked(x, { heads: 3, causal });
    expectSame(() => [mixed(qkv), tf.grad((x) => mixed(x).mul(upstream).sum())(qkv)]);
    tf.dispose([qkv, upstream]);
  });

  test('scores of any size: the largest share is 1, none overflows', () => {
    const qkv = tf.tidy(() => draw('large', [1, 9, 12]).mul(1e4));
    expectSame(() => [attendPacked(qkv, { heads: 2 })]);
    qkv.dispose();
  });

  test('probabilities are made where somebody asks for them, and the layer gives the same', () => {
    const asked: number[][] = [];
    class Watched extends layers.CausalSelfAttention {
      protected override seen(probs: tf.Tensor): void {
        asked.push(probs.shape);
      }
    }
    const options = { width: 12, heads: 3, random: core.Random.fromSeed(1) };
    const [plain, watched] = [new layers.CausalSelfAttention(options), new Watched(options)];
    const x = draw('x', [2, 10, 12]);
    tf.tidy(() => {
      const ctx = core.Context.create();
      expectClose(watched.apply(x, ctx), plain.apply(x, ctx), 1e-6);
    });
    expect(asked).toEqual([[2, 3, 10, 10]]);
    x.dispose();
    [plain, watched].forEach((each) => each.dispose());
  });

  test.each([
    ['rotary positions, grouped keys', { keyValueHeads: 2, rotary: { theta: 100 } }],
    ['neighbours in pairs, a part turned', { rotary: { theta: 100, interleaved: true, turned: 4 }, scale: 0.3 }],
    ['norms, a window that all is in', { keyValueHeads: 1, norm: 'head', window: 9, bias: true }]
  ] as const)('grouped attention: %s', (_name, choices) => {
    const attention = new layers.GroupedAttention({ width: 24, heads: 4, ...choices, random: core.Random.fromSeed(2) });
    const x = draw('tokens', [2, 9, 24]);
    expectSame(() => {
      const pass = (x: tf.Tensor): tf.Tensor => attention.apply(x, core.Context.create());
      return [pass(x), tf.grad((x) => pass(x).square().sum())(x)];
    }, 1e-5);
    x.dispose();
    attention.dispose();
  });

  test('leaves nothing behind', () => {
    const qkv = draw('qkv', [2, 7, 12]);
    expectNoLeak(() => tf.tidy(() => void tf.grad((x) => attendPacked(x, { heads: 2 }).sum())(qkv)));
    qkv.dispose();
  });
});

describe('a norm in one op', () => {
  test.each([
    [1, 37],
    [9, 1],
    [700, 37],
    [3, 20000]
  ])('%i rows of %i values', (rows, width) => {
    const [x, scale, shift, upstream] = [[rows, width], [width], [width], [rows, width]].map((shape, i) => draw(`norm ${i}`, shape)); // prettier-ignore
    for (const epsilon of [1e-5, 1]) {
      const rms = (x: tf.Tensor, scale: tf.Tensor): tf.Tensor => ops.rmsScale(x, scale, epsilon);
      const layer = (x: tf.Tensor, scale: tf.Tensor, shift: tf.Tensor): tf.Tensor => ops.layerNormalize(x, scale, shift, epsilon); // prettier-ignore
      expectSame(
        () => [
          ...[rms(x, scale), ...tf.grads((x, scale) => rms(x, scale).mul(upstream).sum())([x, scale])],
          layer(x, scale, shift),
          ...tf.grads((x, scale, shift) => layer(x, scale, shift).mul(upstream).sum())([x, scale, shift])
        ],
        1e-5
      );
    }
    tf.dispose([x, scale, shift, upstream]);
  });

  test('any number of axes', () => {
    const x = draw('cube', [2, 3, 4, 5]);
    expectSame(
      () => [
        tf.grad((x) =>
          ops
            .layerNormalize(x, tf.range(1, 6), tf.ones([5]), 1e-5)
            .square()
            .sum()
        )(x)
      ],
      1e-5
    );
    x.dispose();
  });
});

test('AdamW in one op, over parameters of many sizes, is that of each alone, through portions too', () => {
  const shapes = [[3], [70, 100], [], [2 ** 22 - 5], [2, 3, 4]];
  const updated = (custom: boolean): Float32Array[] => {
    useCustomOps(custom);
    const parameters = new Map(
      shapes.map((shape, i) => {
        const axes = shape.map((size) => core.Axis.fixed('n', size));
        return [`p${i}`, new core.Parameter(draw(`start ${i}`, shape), { axes, decay: i % 2 === 0 })];
      })
    );
    const optimizer = new train.AdamW(parameters, { beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0.1, rates: new Map([['p1', 3]]) }); // prettier-ignore
    for (let step = 1; step <= 3; step++) {
      const gradients = new Map(shapes.map((shape, i) => [`p${i}`, draw(`gradient ${i} ${step}`, shape)]));
      optimizer.update(gradients, { learningRate: 0.01, scale: 0.7 });
      tf.dispose([...gradients.values()]);
    }
    const values = [...parameters.values()].map(({ variable }) => variable.dataSync<'float32'>());
    const all = [...values, ...[...optimizer.state().values()].map((value) => value.dataSync<'float32'>())];
    optimizer.dispose();
    parameters.forEach((parameter) => parameter.dispose());
    return all;
  };
  const [one, many] = [updated(true), updated(false)];
  one.forEach((values, i) => {
    let furthest = 0;
    values.forEach((value, at) => (furthest = Math.max(furthest, Math.abs(value - many[i][at]))));
    expect(furthest).toBeLessThan(1e-6);
  });
});

describe('the ops refuse what does not fit, and the process goes on', () => {
  const f = (...shape: number[]) => tf.zeros(shape);
  const attention = { heads: 2, groups: 1, causal: true, packed: false };
  const scale = (): tf.Tensor => tf.scalar(1);
  const forward = (inputs: tf.Tensor[], attributes = attention): tf.Tensor[] =>
    executeMultiple('SwitchyardAttention', attributes, [...inputs, scale()], 2);
  test.each<[string, () => unknown, RegExp]>([
    ['keys of another width', () => forward([f(1, 2, 8), f(1, 2, 3), f(1, 2, 4)]), /do not fit/],
    ['keys of another batch', () => forward([f(1, 2, 8), f(2, 2, 4), f(2, 2, 4)]), /do not fit/],
    ['fewer keys than causal queries', () => forward([f(1, 2, 8), f(1, 1, 4), f(1, 1, 4)]), /do not fit/],
    ['no width', () => forward([f(1, 2, 0), f(1, 2, 0), f(1, 2, 0)]), /do not fit/],
    ['groups that do not divide heads', () => forward([f(1, 2, 8), f(1, 2, 4), f(1, 2, 4)], { ...attention, groups: 3 }), /must divide/], // prettier-ignore
    ['a packed one that is no three parts', () => forward([f(1, 2, 9), f(0), f(0)], { ...attention, packed: true }), /must be|do not fit/], // prettier-ignore
    ['a norm with a scale of another width', () => executeSingle('SwitchyardNorm', { centered: false }, [f(2, 3), f(2), f(0), scale()]), /weight and bias must be/], // prettier-ignore
    ['a norm with a shift of another width', () => executeSingle('SwitchyardNorm', { centered: true }, [f(2, 3), f(3), f(2), scale()]), /weight and bias must be/], // prettier-ignore
    ['a moment of another shape', () => executeMultiple('SwitchyardAdamW', { N: 1 }, [f(3), f(3), f(2), f(3), f(2), f(4)], 3), /one shape/], // prettier-ignore
    ['too few rates', () => executeMultiple('SwitchyardAdamW', { N: 1 }, [f(3), f(3), f(3), f(3), f(1), f(4)], 3), /rates must be/] // prettier-ignore
  ])('%s', (_name, call, message) => {
    expect(() => tf.tidy(() => call() as tf.Tensor)).toThrow(message);
    expect(tf.tidy(() => forward([f(1, 2, 8), f(1, 2, 4), f(1, 2, 4)])[0].shape)).toEqual([1, 2, 8]);
  });
});
