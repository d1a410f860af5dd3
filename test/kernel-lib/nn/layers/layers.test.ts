import { core, layers, tf } from '@switchyard/kernel-lib';
import { afterAll, describe, expect, test } from 'vitest';
import { spread } from '../../../support/gradients';
import { expectClose, expectNoLeak } from '../../../support/numeric';

const random = core.Random.fromSeed(3);
const WIDTH = 6;

interface LayerCase {
  name: string;
  make: (random: core.Random) => core.Module;
  input: () => tf.Tensor;
  parameters: string[];
}

const input = () => spread([2, 4, WIDTH]);

const battery: LayerCase[] = [
  {
    name: 'Linear',
    make: (random) => new layers.Linear({ inputWidth: WIDTH, outputWidth: 3, random }),
    input,
    parameters: ['weight', 'bias']
  },
  {
    name: 'Embedding',
    make: (random) => new layers.Embedding({ count: 9, width: 3, random }),
    input: () => tf.tensor2d([0, 8, 3, 3], [2, 2], 'int32'),
    parameters: ['weight']
  },
  { name: 'LayerNorm', make: () => new layers.LayerNorm({ width: WIDTH }), input, parameters: ['weight', 'bias'] },
  { name: 'RMSNorm', make: () => new layers.RMSNorm({ width: WIDTH }), input, parameters: ['weight'] },
  { name: 'BatchNorm', make: () => new layers.BatchNorm({ channels: WIDTH }), input, parameters: ['weight', 'bias'] },
  {
    name: 'CausalSelfAttention',
    make: (random) => new layers.CausalSelfAttention({ width: WIDTH, heads: 3, dropout: 0.2, random }),
    input,
    parameters: ['qkv.weight', 'qkv.bias', 'output.weight', 'output.bias']
  },
  {
    name: 'GroupedAttention',
    make: (random) =>
      new layers.GroupedAttention({
        ...{ width: WIDTH, heads: 4, keyValueHeads: 2, headWidth: 4, bias: true, norm: 'head', window: 3, clip: 2 },
        rotary: { turned: 2 },
        random
      }),
    input,
    parameters: [
      ...['query', 'key', 'value', 'output'].flatMap((name) => [`${name}.weight`, `${name}.bias`]),
      ...['queryNorm.weight', 'keyNorm.weight']
    ]
  },
  {
    name: 'LatentAttention',
    make: (random) =>
      new layers.LatentAttention({
        ...{
          width: WIDTH,
          heads: 2,
          latentWidth: 4,
          queryLatentWidth: 5,
          plainWidth: 3,
          turnedWidth: 2,
          valueWidth: 3
        },
        rotary: { interleaved: true },
        random
      }),
    input,
    parameters: [
      ...['queryDown.weight', 'queryNorm.weight', 'query.weight', 'keyValueDown.weight', 'keyValueNorm.weight'],
      ...['keyValue.weight', 'output.weight']
    ]
  },
  {
    name: 'RelativeAttention',
    make: (random) => new layers.RelativeAttention({ width: WIDTH, heads: 3, buckets: 4, maxDistance: 8, random }),
    input,
    parameters: ['distances', 'query.weight', 'key.weight', 'value.weight', 'output.weight']
  },
  {
    name: 'SelfAttention',
    make: (random) => new layers.SelfAttention({ width: WIDTH, heads: 3, dropout: 0.2, random }),
    input,
    parameters: ['qkv.weight', 'qkv.bias', 'output.weight', 'output.bias']
  },
  {
    name: 'Conv2d',
    make: (random) => new layers.Conv2d({ inputs: WIDTH, outputs: 3, random }),
    input: () => spread([2, 4, 4, WIDTH]),
    parameters: ['weight', 'bias']
  },
  {
    name: 'FeedForward',
    make: (random) => new layers.FeedForward({ width: WIDTH, hidden: 8, random }),
    input,
    parameters: ['w1.weight', 'w1.bias', 'w2.weight', 'w2.bias']
  },
  {
    name: 'GatedFeedForward',
    make: (random) => new layers.GatedFeedForward({ width: WIDTH, hidden: 8, random }),
    input,
    parameters: ['w1.weight', 'w2.weight', 'w3.weight']
  },
  {
    name: 'Sequential',
    make: (random) =>
      new layers.Sequential([
        new layers.Linear({ inputWidth: WIDTH, outputWidth: 3, bias: false, random }),
        new layers.Dropout({ rate: 0.5 }),
        new layers.LayerNorm({ width: 3 })
      ]),
    input,
    parameters: ['0.weight', '2.weight', '2.bias']
  }
];

describe.each(battery)('every layer: $name', ({ make, input, parameters }) => {
  const layer = make(random);
  const x = input();
  afterAll(() => {
    layer.dispose();
    x.dispose();
  });
  const pass = () => core.Context.create({ training: true, random });

  test('names its parameters', () => {
    expect([...layer.parameters().keys()]).toEqual(parameters);
  });

  test('every parameter gets a gradient that is not zero', () => {
    tf.tidy(() => {
      const loss = () =>
        layer
          .apply(x, pass())

          .square()
          .sum() as tf.Scalar;
      const { grads } = tf.variableGrads(loss);
      for (const [path, { variable }] of layer.parameters()) {
        expect(grads[variable.name].shape).toEqual(variable.shape);
        const largest = grads[variable.name].abs().max().dataSync()[0];
        expect(largest, path).toBeGreaterThan(0);
      }
    });
  });

  test('the same seed gives the same parameters and the same output', () => {
    tf.tidy(() => {
      const twin = make(random);
      expect(twin.apply(x, pass()).dataSync()).toEqual(layer.apply(x, pass()).dataSync());
      twin.dispose();
    });
  });

  test('leaves only its output behind, and nothing of its gradient', () => {
    // A pass may keep masks and angles for the layers after it, until it is disposed.
    expectNoLeak(() => {
      const ctx = pass();
      layer.apply(x, ctx);
      ctx.dispose();
    }, 1);
    expectNoLeak(() => {
      const ctx = pass();
      const { value, grads } = tf.variableGrads(() => layer.apply(x, ctx).square().sum() as tf.Scalar);
      tf.dispose([value, grads]);
      ctx.dispose();
    });
  });

  test('dispose frees all it made', () => {
    expectNoLeak(() => make(random).dispose());
  });
});

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
