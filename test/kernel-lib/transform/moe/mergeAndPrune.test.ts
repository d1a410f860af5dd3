import { core, moe, routers, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { makeNetwork, makeTokens, outputOf, setValue, valuesOf } from '../../../support/networks';
import { expectClose, expectNoLeak, relativeError } from '../../../support/numeric';

const { Random } = core;

const WIDTH = 6;
const HIDDEN = 12;

function makeLayer(options: Partial<moe.MoeLayerOptions> = {}): moe.MoeLayer {
  const shape = { experts: 4, width: WIDTH, hidden: HIDDEN, random: Random.fromSeed(1) };
  return moe.layer({ router: routers.topK({ k: 2 }), ...shape, ...options });
}

/** Makes all experts the first, each with its hidden neurons in another order. */
function permuteCopies(layer: moe.MoeLayer): void {
  const axes: Record<string, number> = { w1: 1, w3: 1, w2: 0, b1: 0 };
  for (const name of layer.experts.parameters().keys()) {
    setValue(layer, `experts.${name}`, (value) =>
      tf.stack(
        tf.unstack(value).map((_, expert) => {
          const order = Random.fromSeed(expert).shuffle(Array.from({ length: HIDDEN }, (__, i) => i));
          const first = value.slice([0], [1]).squeeze([0]);
          return name in axes ? tf.gather(first, tf.tensor1d(order, 'int32'), axes[name]) : first;
        })
      )
    );
  }
}

describe.each(['plain', 'gated', moe.plainExperts({ bias: true })] as const)('experts %o', (experts) => {
  test('merging permuted copies is lossless once aligned, and not without', () => {
    const layer = makeLayer({ expertKind: experts, sharedExperts: 1 });
    permuteCopies(layer);
    const before = valuesOf(layer);
    const tokens = makeTokens(64, WIDTH);
    const expected = outputOf(layer, tokens);
    const merged = moe.mergeExperts(layer, { groups: 2, tokens });
    expectClose(outputOf(merged.layer, tokens), expected, 1e-6);
    expect(valuesOf(layer)).toEqual(before);
    expect(merged.report.groups.flat().sort()).toEqual([0, 1, 2, 3]);
    expect(merged.report.parameters.after).toBeLessThan(merged.report.parameters.before);
    const unaligned = moe.mergeExperts(layer, { groups: 2, tokens, align: 'none' });
    expect(relativeError(outputOf(unaligned.layer, tokens), expected)).toBeGreaterThan(1e-2);
    tokens.dispose();
    [layer, merged.layer, unaligned.layer].forEach((each) => each.dispose());
  });
});

test('frequency weighs a merged expert by the choices of each', () => {
  const layer = makeLayer({ router: routers.topK({ k: 1 }) });
  const tokens = makeTokens(64, WIDTH);
  const { counts } = moe.expertStatistics(layer, tokens);
  expect(counts.reduce((a, b) => a + b)).toBe(64);
  const { layer: merged, report } = moe.mergeExperts(layer, {
    groups: [
      [2, 0],
      [1, 3]
    ],
    tokens,
    align: 'none'
  });
  expect(report.groups).toEqual([
    [2, 0],
    [1, 3]
  ]);
  tf.tidy(() => {
    const old = tf.unstack(layer.parameters().get('experts.w1')!.variable);
    const [first] = tf.unstack(merged.parameters().get('experts.stored.w1')!.variable);
    const share = counts[2] / (counts[2] + counts[0]);
    expectClose(first, old[2].mul(share).add(old[0].mul(1 - share)), 1e-6);
  });
  tokens.dispose();
  layer.dispose();
  merged.dispose();
});

test('groups must hold every expert once', () => {
  const layer = makeLayer();
  const tokens = makeTokens(8, WIDTH);
  expectNoLeak(() => {
    expect(() =>
      moe.mergeExperts(layer, {
        groups: [
          [0, 1],
          [1, 2, 3]
        ],
        tokens
      })
    ).toThrow('each of 0..3 once');
    expect(() => moe.mergeExperts(layer, { groups: 5, tokens })).toThrow('groups must be an integer 1..4, got 5');
  });
  tokens.dispose();
  layer.dispose();
});

describe.each(['plain', 'gated'] as const)('compressed %s experts', (experts) => {
  test('full rank loses nothing; less rank loses more, and a part kept whole brings some back', () => {
    const layer = makeLayer({ expertKind: experts });
    const tokens = makeTokens(32, WIDTH);
    const expected = outputOf(layer, tokens);
    const run = (rank: number, density: number) => {
      const { layer: small, report } = moe.compressExperts(layer, { rank, density });
      const difference = relativeError(outputOf(small, tokens), expected);
      small.dispose();
      return { difference, error: Math.max(...report.error), parameters: report.parameters };
    };
    const whole = run(WIDTH, 0);
    expect(whole.difference).toBeLessThan(1e-5);
    const [two, twoAndSome] = [run(2, 0), run(2, 0.25)];
    expect(two.error).toBeGreaterThan(twoAndSome.error);
    expect(twoAndSome.error).toBeGreaterThan(0.01);
    expect(two.parameters.after).toBeLessThan(two.parameters.before);
    expect(run(2, 1).difference).toBeLessThan(1e-5);
    tokens.dispose();
    layer.dispose();
  });
});

test('the reported error is that of the weights', () => {
  const layer = makeLayer({ experts: 1, router: routers.topK({ k: 1 }) });
  const { layer: small, report } = moe.compressExperts(layer, { rank: 5, density: 0.25 });
  tf.tidy(() => {
    const value = (of: moe.MoeLayer, path: string) => of.parameters().get(path)!.variable.squeeze<tf.Tensor2D>([0]);
    // Neurons are in another order; at this rank each is still nearest to itself.
    const rebuilt = (name: string, pad: [number, number][]) =>
      value(small, `experts.${name}.u`)
        .matMul(value(small, `experts.${name}.v`))
        .add(value(small, `experts.${name}.s`).pad(pad));
    const w1 = rebuilt('w1', [
      [0, 0],
      [0, HIDDEN - 3]
    ]);
    const w2 = rebuilt('w2', [
      [0, HIDDEN - 3],
      [0, 0]
    ]);
    const neurons = (a: tf.Tensor, b: tf.Tensor) => tf.concat([a.transpose(), b], 1).arraySync() as number[][];
    const old = neurons(value(layer, 'experts.w1'), value(layer, 'experts.w2'));
    const fresh = neurons(w1, w2);
    const distance = (a: number[], b: number[]) => a.reduce((sum, x, i) => sum + (x - b[i]) ** 2, 0);
    const lost = old.reduce((sum, row) => sum + Math.min(...fresh.map((other) => distance(row, other))), 0);
    const norm = old.reduce(
      (sum, row) =>
        sum +
        distance(
          row,
          row.map(() => 0)
        ),
      0
    );
    expect(lost / norm / report.error[0]).toBeCloseTo(1, 3);
  });
  layer.dispose();
  small.dispose();
});

test('stable rank: 1 for an outer product, n for the identity', () => {
  tf.tidy(() => {
    expect(moe.stableRank(tf.outerProduct(tf.tensor1d([1, 2, 3]), tf.tensor1d([1, -1])))).toBeCloseTo(1, 5);
    expect(moe.stableRank(tf.eye(5))).toBeCloseTo(5, 5);
  });
});

describe('pruning', () => {
  test.each([
    ['topK', routers.topK({ k: 2, noise: 'learned', balance: { bias: { rate: 0.1 } } })],
    ['relu', routers.relu({ k: 2 })]
  ])('with %s, what is left is as it was', (_name, router) => {
    const layer = makeLayer({ router, expertKind: 'gated', sharedExperts: 1, experts: WIDTH });
    const tokens = makeTokens(50, WIDTH);
    const { layer: pruned, report } = moe.pruneExperts(layer, { keep: 3, tokens, random: Random.fromSeed(1) });
    expect(report.kept).toHaveLength(3);
    expect(Math.min(...report.kept.map((e) => report.importance[e]))).toBe(
      [...report.importance].sort((a, b) => b - a)[2]
    );
    tf.tidy(() => {
      const kept = tf.tensor1d(report.kept, 'int32');
      const old = layer.parameters();
      pruned.parameters().forEach(({ variable }, path) => {
        const axis = path.startsWith('router') ? 1 : 0;
        const whole = old.get(path)!.variable;
        expectClose(variable, path.startsWith('shared') ? whole : tf.gather(whole, kept, axis), 0);
      });
    });
    expect(outputOf(pruned, tokens).every(Number.isFinite)).toBe(true);
    tokens.dispose();
    layer.dispose();
    pruned.dispose();
  });

  test('importance: choices, and weight times norm of the output', () => {
    const layer = makeLayer({ router: routers.topK({ k: 1 }) });
    const tokens = makeTokens(50, WIDTH);
    const { counts, gateTimesNorm } = moe.expertStatistics(layer, tokens);
    tf.tidy(() => {
      const { indices, weights } = layer.router.route(tokens, core.Context.create()) as routers.SparseRouting;
      const chosen = indices.dataSync();
      const norms = layer.apply(tokens, core.Context.create()).norm('euclidean', 1).dataSync<'float32'>();
      expect(counts).toEqual([0, 1, 2, 3].map((expert) => chosen.filter((each) => each === expert).length));
      // With one choice the output's norm is the weight times that of the expert's.
      expect(weights.size).toBe(50);
      const means = counts.map((count, e) => norms.reduce((sum, n, t) => sum + (chosen[t] === e ? n : 0), 0) / count);
      expectClose(gateTimesNorm, means, 1e-5);
    });
    tokens.dispose();
    layer.dispose();
  });

  test('pruning experts that no token chooses keeps the function', () => {
    const layer = makeLayer({ experts: 6 });
    const tokens = tf.tidy(() => makeTokens(50, WIDTH).abs());
    setValue(layer, 'router.weight', (weight) => weight.sub(tf.tensor1d([0, 1, 0, 1, 0, 0]).mul(20)));
    const { layer: pruned, report } = moe.pruneExperts(layer, {
      ...{ keep: 4, importance: 'frequency', tokens, random: Random.fromSeed(1) }
    });
    expect(report.kept).toEqual([0, 2, 4, 5]);
    expectClose(outputOf(pruned, tokens), outputOf(layer, tokens), 1e-6);
    tokens.dispose();
    layer.dispose();
    pruned.dispose();
  });

  test('fewer experts than the router chooses is refused, and nothing is left behind', () => {
    const layer = makeLayer();
    const tokens = makeTokens(8, WIDTH);
    expectNoLeak(() =>
      expect(() => moe.pruneExperts(layer, { keep: 1, tokens, random: Random.fromSeed(1) })).toThrow(
        'topK: k must be 1..numExperts (1), got 2'
      )
    );
    tokens.dispose();
    layer.dispose();
  });
});

describe('averaging', () => {
  const step = (layer: moe.MoeLayer, training: boolean): void => {
    const ctx = core.Context.create({ training });
    const tokens = makeTokens(8, WIDTH);
    layer.apply(tokens, ctx).dispose();
    ctx.finish();
    ctx.dispose();
    tokens.dispose();
  };

  test('a step keeps the mean and multiplies the variance by (1 - beta)^2; only in training', () => {
    const layer = makeLayer({ expertKind: moe.averagedExperts({ expertKind: moe.gatedExperts(), beta: 0.3 }) });
    const moments = () =>
      tf.tidy(() => {
        const { mean, variance } = tf.moments(layer.parameters().get('experts.each.w1')!.variable, 0);
        return { mean: mean.dataSync(), variance: variance.dataSync() };
      });
    const before = moments();
    step(layer, false);
    expect(moments()).toEqual(before);
    expectNoLeak(() => step(layer, true));
    const after = moments();
    expectClose(after.mean, before.mean, 1e-6);
    expectClose(
      after.variance,
      before.variance.map((v) => v * 0.49),
      1e-6
    );
    layer.dispose();
  });

  test('converting upcycled copies gives the network back', () => {
    const network = makeNetwork({ width: WIDTH });
    const tokens = makeTokens();
    const random = Random.fromSeed(1);
    const { layer } = moe.upcycle(network, { experts: 4, router: routers.topK({ k: 2 }), random });
    const { network: back } = moe.averageToDense(layer);
    expectClose(outputOf(back, tokens), outputOf(network, tokens), 1e-6);
    tokens.dispose();
    [network, layer, back].forEach((each) => each.dispose());
  });
});
