import { core, models, routers, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { expectClose, expectNoLeak } from '../../../support/numeric';

const SIZE = { layers: 2, width: 16, heads: 2, contextLength: 8, vocabSize: 11 };
const topK = routers.topK({ k: 2 });
const moe = (options: Partial<models.MoeTransformerOptions> = {}) =>
  models.moeTransformer({ ...SIZE, experts: 4, router: topK, ...options });
const kinds: [string, () => models.Transformer][] = [
  ['dense', () => models.denseTransformer(SIZE)],
  ['gated dense', () => models.denseTransformer({ ...SIZE, gated: true })],
  ['plain experts', () => moe()],
  ['gated experts', () => moe({ expertKind: 'gated' })],
  ['shared experts', () => moe({ sharedExperts: 1 })],
  ['every second block', () => moe({ every: 2 })],
  ['capacity', () => moe({ capacityFactor: 0.5 })],
  ['shared blocks', () => models.wideNet({ ...SIZE, experts: 4, router: topK })],
  ['shared blocks and norms', () => models.wideNet({ ...SIZE, experts: 4, router: topK, individualNorms: false })],
  ['up-projections by token', () => models.denseTransformer({ ...SIZE, gated: true, hidden: 20, tokenIndexed: true })]
];

function logits(model: models.Transformer, ids: number[][]): tf.Tensor {
  const ctx = core.Context.create();
  const out = tf.tidy(() => model.apply(tf.tensor2d(ids, [ids.length, ids[0].length], 'int32'), ctx));
  ctx.dispose();
  return out;
}

describe.each(kinds)('transformer: %s', (_, build) => {
  test('token ids [B, N] become finite logits [B, N, V], and nothing leaks', () => {
    const model = build();
    const ids = [
      [1, 2, 3, 4],
      [10, 9, 8, 7],
      [0, 0, 0, 0]
    ];
    const out = logits(model, ids);
    expect(out.shape).toEqual([3, 4, 11]);
    expect(Array.from(out.dataSync()).every(Number.isFinite)).toBe(true);
    expectNoLeak(() => logits(model, ids).dispose());
    expectNoLeak(() => build().dispose());
  });

  test('the loss depends on every parameter', () => {
    const model = build();
    const parameters = [...model.parameters()];
    const { grads } = tf.variableGrads(
      () => {
        const ctx = core.Context.create({ training: true });
        const ids = tf.tensor2d([Array.from({ length: 8 }, (_, i) => (i * 3) % 11)], [1, 8], 'int32');
        return tf.addN([model.apply(ids, ctx).square().sum<tf.Scalar>(), ...ctx.losses.values()]);
      },
      parameters.map(([, { variable }]) => variable)
    );
    for (const [path, { variable }] of parameters) {
      expect([path, grads[variable.name].abs().sum().dataSync()[0] > 0]).toEqual([path, true]);
    }
  });

  test('the seed decides the parameters', () => {
    const first = (model: models.Transformer) => [...model.parameters().values()].map((p) => p.variable.dataSync()[0]);
    expect(first(build())).toEqual(first(build()));
  });
});

// Capacity is shared by all tokens of a batch, later ones included.
test.each(kinds.filter(([name]) => name !== 'capacity'))('%s: a position does not see later ones', (_, build) => {
  const model = build();
  const [before, after] = [
    [1, 2, 3, 4, 5],
    [1, 2, 3, 9, 0]
  ].map((ids) => logits(model, [ids]));
  expectClose(before.slice([0, 0], [1, 3]), after.slice([0, 0], [1, 3]), 1e-5);
  expect(Math.abs(before.sub(after).slice([0, 3, 0], [1, 1, 11]).abs().max().dataSync()[0])).toBeGreaterThan(1e-4);
});

describe('moeTransformer', () => {
  test('parameters have the paths that the library promises', () => {
    const paths = [...moe({ layers: 1 }).parameters().keys()];
    expect(paths).toEqual([
      'tokens.weight',
      'positions.weight',
      'layers.0.attentionNorm.weight',
      'layers.0.attention.qkv.weight',
      'layers.0.attention.output.weight',
      'layers.0.feedForwardNorm.weight',
      'layers.0.moe.router.weight',
      'layers.0.moe.experts.w1',
      'layers.0.moe.experts.w2',
      'norm.weight',
      'head.weight'
    ]);
  });

  test('routers report under the path of their layer', () => {
    const paths: string[] = [];
    const ctx = core.Context.create({ observers: [core.observer('routing', (record) => paths.push(record.path))] });
    tf.tidy(() => moe({ layers: 3, every: 2 }).apply(tf.zeros([1, 4], 'int32'), ctx));
    expect(paths).toEqual(['layers.1.moe']);
  });

  test('another seed gives other parameters', () => {
    const head = (seed: number) => Array.from(moe({ seed }).parameters().get('head.weight')!.variable.dataSync());
    expect(head(1)).not.toEqual(head(2));
  });

  test.each([
    ['too many choices', () => moe({ router: routers.topK({ k: 5 }) }), 'topK: k must be 1..numExperts (4), got 5'],
    ['no experts', () => moe({ experts: 0 }), 'moeTransformer: experts must be an integer of at least 1, got 0'],
    ['an interval beyond the blocks', () => moe({ every: 3 }), 'moeTransformer: every must be an integer 1..2, got 3'],
    ['heads that do not divide', () => moe({ heads: 3 }), 'moeTransformer: heads must divide width (16), got 3'],
    ['no blocks', () => moe({ layers: 0 }), 'moeTransformer: layers must be an integer of at least 1, got 0'],
    [
      'no hidden units',
      () => models.denseTransformer({ ...SIZE, hidden: 0 }),
      'denseTransformer: hidden must be an integer'
    ],
    [
      'too long a sequence',
      () => logits(moe(), [[0, 1, 2, 3, 4, 5, 6, 7, 8]]),
      'Transformer: takes at most 8 positions, got 9'
    ]
  ])('refuses %s', (_, f, message) => {
    expect(f).toThrow(message);
  });

  test('a router that does not fit leaves no tensor behind', () => {
    expectNoLeak(() => expect(() => moe({ router: routers.topK({ k: 9 }) })).toThrow('topK'));
  });
});
