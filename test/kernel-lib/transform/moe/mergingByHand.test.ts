/** @file What is measured of experts, and what is merged, pruned, compressed and steered by it, worked out by hand. */
import { core, layers, moe, routers, tf } from '@switchyard/kernel-lib';
import { assignValues, buildLayer, takeExperts } from '@switchyard/kernel-lib/dist/transform/moe/buildLayer.js';
import { groupByDominance } from '@switchyard/kernel-lib/dist/transform/moe/groupByDominance.js';
import { logitCosine } from '@switchyard/kernel-lib/dist/transform/moe/logitCosine.js';
import { describe, expect, test } from 'vitest';
import { fixedRouter, makeLayer, tokens, WIDTH } from '../../../support/moeLayer';
import { makeNetwork, outputOf, setValue } from '../../../support/networks';
import { expectClose, expectNoLeak } from '../../../support/numeric';

const { Context, Random } = core;

const random = Random.fromSeed(1);
const refusal = (message: string) => expect.objectContaining({ name: 'SwitchyardError', message }) as Error;
const statistics = (counts: number[], rows: number[][]) => ({
  ...{ counts, frequency: [], gateTimesNorm: [], logits: Float32Array.from(rows.flat()) }
});
const valueOf = (module: core.Module, path: string) => [...module.parameters().get(path)!.variable.dataSync()];

/** Experts that multiply tokens without negative entries by these factors: `relu(x I) (factor I)`. */
function scaling(factors: readonly number[], router: routers.RouterSpec, width = 2): moe.MoeLayer {
  const expertKind = moe.plainExperts({ activation: 'relu', bias: false });
  const layer = moe.layer({ router, experts: factors.length, width, hidden: width, expertKind, random });
  setValue(layer, 'experts.w1', () => tf.stack(factors.map(() => tf.eye(width))));
  setValue(layer, 'experts.w2', () => tf.stack(factors.map((factor) => tf.eye(width).mul(factor))));
  return layer;
}

describe('logits that go together', () => {
  // Tokens a row, experts a column.
  const rows = [[1, 2, 0, -3], [0, 0, 5, 0], [2, 3, 0, -6]]; // prettier-ignore

  test('cosine over tokens', () => {
    const { logits } = statistics([], rows);
    expect(logitCosine(logits, 4, 0, 1)).toBeCloseTo(8 / Math.sqrt(5 * 13), 6);
    expect(logitCosine(logits, 4, 0, 3)).toBeCloseTo(-1, 6);
    expect(logitCosine(logits, 4, 2, 0)).toBe(0);
    expect(logitCosine(new Float32Array(8), 4, 0, 1)).toBe(0);
  });

  test('distances are 1 less it, 0 to itself and never below', () => {
    const found = moe.expertDistances(statistics([1, 1, 1, 1], rows));
    const near = 1 - 8 / Math.sqrt(65);
    const far = 1 + 8 / Math.sqrt(65);
    expectClose(found.flat(), [0, near, 1, 2, near, 0, 1, far, 1, 1, 0, 1, 2, far, 1, 0], 1e-6);
    const same = moe.expertDistances(statistics([1, 1], [[0.1, 0.1], [0.7, 0.7], [0.3, 0.3]])); // prettier-ignore
    expect(same.flat().every((each) => each >= 0)).toBe(true);
    // An expert without logits has no direction; to itself it is near all the same.
    expect(moe.expertDistances(statistics([1, 1], [[0, 1]]))).toEqual([[0, 1], [1, 0]]); // prettier-ignore
  });

  test('the most chosen take in the most alike', () => {
    expect(groupByDominance(statistics([1, 4, 9, 2], rows), 2)).toEqual([[2, 3], [1, 0]]); // prettier-ignore
    expect(groupByDominance(statistics([5, 1, 2, 4], rows), 2)).toEqual([[0, 2, 1], [3]]); // prettier-ignore
  });
});

describe('statistics', () => {
  test('a choice that was none counts nowhere; of none at all, shares are 0', () => {
    const choices = (indices: number[][]) =>
      fixedRouter(() => {
        const weights = tf.tensor2d([[1, 0.5], [2, 1], [3, 1]]); // prettier-ignore
        return { indices: tf.tensor2d(indices, [3, 2], 'int32'), weights };
      }, 2);
    const run = (indices: number[][]) => {
      const layer = scaling([1, 2, 4], choices(indices));
      const x = tf.tensor2d([[3, 4], [0, 1], [0, 0]]); // prettier-ignore
      const found = moe.expertStatistics(layer, x);
      layer.dispose();
      x.dispose();
      return found;
    };
    const { counts, frequency, gateTimesNorm } = run([[0, 2], [0, -1], [1, 2]]); // prettier-ignore
    expect(counts).toEqual([2, 1, 2]);
    expectClose(frequency, [0.4, 0.2, 0.4], 1e-6);
    // Expert 0: (1 x 5 + 2 x 1) / 2; expert 2: (0.5 x 20 + 0) / 2.
    expectClose(gateTimesNorm, [3.5, 0, 5], 1e-6);
    const nothing = run([[-1, -1], [-1, -1], [-1, -1]]); // prettier-ignore
    expect([nothing.counts, nothing.frequency, nothing.gateTimesNorm]).toEqual([[0, 0, 0], [0, 0, 0], [0, 0, 0]]); // prettier-ignore
  });

  test('what a router leaves for the layers after it is disposed of', () => {
    const network = makeNetwork({ width: WIDTH, bias: false });
    const { layer } = moe.carve(network, { experts: 4, k: 1, router: 'lookahead', random });
    const x = tokens() as tf.Tensor2D;
    expectNoLeak(() => moe.expertStatistics(layer, x));
    x.dispose();
    [network, layer].forEach((each) => each.dispose());
  });
});

describe('merging', () => {
  // Tokens of one-hot logits: expert 0 is chosen three times, 1 once, the others never.
  const chosen = tf.oneHot(tf.tensor1d([0, 0, 0, 1], 'int32'), 4, 1, 0, 'float32') as tf.Tensor2D;
  const layerOf = (more: Partial<moe.MoeLayerOptions> = {}) => {
    const expertKind = moe.plainExperts({ activation: 'relu', bias: false });
    const layer = moe.layer({ router: routers.topK({ k: 1 }), experts: 4, width: 4, hidden: 2, expertKind, random, ...more }); // prettier-ignore
    setValue(layer, 'router.weight', () => tf.eye(4));
    setValue(layer, 'experts.w1', (old) => tf.stack([0, 4, 20, 40].map((value) => tf.fill(old.shape.slice(1), value))));
    return layer;
  };
  const groups = [[0, 1], [2, 3]]; // prettier-ignore
  const merged = (weight?: 'uniform' | 'frequency') => {
    const layer = layerOf();
    const made = moe.mergeExperts(layer, { groups, tokens: chosen, align: 'none', weight });
    const values = new Set(valueOf(made.layer, 'experts.stored.w1'));
    const { transformation, parameters } = made.report;
    expect(transformation).toBe('mergeExperts');
    expect(parameters).toEqual({ before: layer.countParameters(), after: made.layer.countParameters() });
    [layer, made.layer].forEach((each) => each.dispose());
    return [...values];
  };

  test('by frequency, alike where none was chosen; or all alike', () => {
    expect(merged('frequency')).toEqual([1, 30]);
    expect(merged()).toEqual([1, 30]);
    expect(merged('uniform')).toEqual([2, 30]);
  });

  test('one expert twice and another not at all is refused, whatever their number', () => {
    const layer = layerOf();
    expect(() => moe.mergeExperts(layer, { groups: [[0, 1], [1, 3]], tokens: chosen })).toThrow(refusal('moe.mergeExperts: groups must hold each of 0..3 once, got [[0,1],[1,3]]')); // prettier-ignore
    layer.dispose();
  });

  test('what no network is, is refused under the name of what was called', () => {
    const layer = makeLayer({ expertKind: moe.linearExperts() });
    const x = tokens() as tf.Tensor2D;
    const rule = 'experts must be feed-forward networks, plain or gated, got linear-experts';
    expect(() => moe.mergeExperts(layer, { groups: 2, tokens: x })).toThrow(refusal(`moe.mergeExperts: ${rule}`));
    expect(() => moe.compressExperts(layer, { rank: 1 })).toThrow(refusal(`moe.compressExperts: ${rule}`));
    expect(() => moe.averageToDense(layer)).toThrow(refusal(`moe.averageToDense: ${rule}`));
    x.dispose();
    layer.dispose();
    const biased = makeLayer({ expertKind: moe.plainExperts({ bias: true }) });
    expect(() => moe.compressExperts(biased, { rank: 1 })).toThrow('moe.compressExperts: experts must have no biases');
    biased.dispose();
  });

  test('merged experts average to the mean of all that tokens can choose, and compress to what they compute', () => {
    const layer = layerOf();
    const three = moe.mergeExperts(layer, { groups: [[0, 1, 2], [3]], tokens: chosen, align: 'none', weight: 'uniform' }); // prettier-ignore
    const dense = moe.averageToDense(three.layer);
    // Three of the four are 8, one is 40.
    expect(new Set(valueOf(dense.network, 'w1.weight'))).toEqual(new Set([16]));
    expect(dense.report).toEqual({ transformation: 'averageToDense', parameters: { before: three.layer.countParameters(), after: dense.network.countParameters() } }); // prettier-ignore
    const small = moe.compressExperts(three.layer, { rank: 2 });
    expect(small.report.transformation).toBe('compressExperts');
    expect(small.report.error).toHaveLength(2);
    expectClose(outputOf(small.layer, chosen), outputOf(three.layer, chosen), 1e-5);
    [layer, three.layer, dense.network, small.layer].forEach((each) => each.dispose());
  });

  test.each([
    ['of the experts as they were', undefined],
    ['of a kind of their own', 'gated' as const]
  ])('shared experts %s, and the router, stay', (_name, sharedKind) => {
    // prettier-ignore
    const layer = makeLayer({ expertKind: moe.plainExperts({ bias: false }), sharedExperts: 1, ...(sharedKind ? { sharedKind } : {}) }); // prettier-ignore
    layer
      .parameters()
      .forEach(({ variable }, path) =>
        setValue(layer, path, () => Random.fromSeed(9).child(path).normal(variable.shape))
      );
    const x = tokens() as tf.Tensor2D;
    const made = [moe.mergeExperts(layer, { groups: 2, tokens: x }).layer, moe.compressExperts(layer, { rank: 2 }).layer]; // prettier-ignore
    const besides = [...layer.parameters().keys()].filter((path) => !path.startsWith('experts.'));
    expect(besides).toContain('router.weight');
    expect(besides).toContain('shared.w1');
    made.forEach((each) => besides.forEach((path) => expect(valueOf(each, path)).toEqual(valueOf(layer, path))));
    x.dispose();
    [layer, ...made].forEach((each) => each.dispose());
  });
});

describe('pruning', () => {
  test('by how often, or by weight times norm', () => {
    // Experts 0 is chosen three times, 1 and 2 once; 2 gives by far the most.
    const router = fixedRouter(() => ({ indices: tf.tensor2d([[0], [0], [0], [1], [2]], [5, 1], 'int32') }));
    const layer = scaling([1, 2, 9], router);
    const x = tf.ones<tf.Rank.R2>([5, 2]);
    const prune = (importance?: moe.ExpertImportance) => {
      const { layer: left, report } = moe.pruneExperts(layer, { keep: 1, importance, tokens: x, random });
      expect(report).toMatchObject({ transformation: 'pruneExperts', parameters: { before: layer.countParameters(), after: left.countParameters() } }); // prettier-ignore
      left.dispose();
      return report;
    };
    expectClose(prune('frequency').importance, [0.6, 0.2, 0.2], 1e-6);
    expectClose(prune('gateTimesNorm').importance, [1, 2, 9].map((each) => each * Math.SQRT2), 1e-5); // prettier-ignore
    expect([prune('frequency').kept, prune('gateTimesNorm').kept, prune().kept]).toEqual([[0], [2], [2]]);
    x.dispose();
    layer.dispose();
  });
});

describe('low rank and sparse', () => {
  /** One expert whose neurons all are multiples of one direction, but some that are their own. */
  function planted(own: readonly [neuron: number, size: number][]) {
    const hidden = 6;
    const layer = makeLayer({ experts: 1, router: routers.topK({ k: 1 }), expertKind: moe.plainExperts({ activation: 'relu', bias: false }), hidden }); // prettier-ignore
    const neurons = Array.from({ length: hidden }, (_, h) => Array.from({ length: WIDTH }, (__, d) => (1 + h) * [1, -1, 2, 0, 1][d])); // prettier-ignore
    own.forEach(([neuron, size]) => (neurons[neuron] = Array.from({ length: WIDTH }, (_, d) => size * [1, 1, 0, 3, 0][d]))); // prettier-ignore
    setValue(layer, 'experts.w1', () => tf.tensor2d(neurons).transpose().expandDims(0));
    setValue(layer, 'experts.w2', () => tf.tensor2d(neurons).expandDims(0));
    return layer;
  }

  test.each<[string, [number, number][]]>([
    ['the neuron that the low-rank part serves worst', [[4, 2]]],
    ['the neuron that at first draws the low-rank part to itself', [[4, 6]]],
    ['neurons in any place', [[1, 3], [5, -3]]] // prettier-ignore
  ])('whole is kept %s, and nothing is lost', (_name, own) => {
    const layer = planted(own);
    const x = tokens();
    const { layer: small, report } = moe.compressExperts(layer, { rank: 1, density: own.length / 6 });
    expect(report.error[0]).toBeLessThan(1e-8);
    expectClose(outputOf(small, x), outputOf(layer, x), 1e-5);
    const none = moe.compressExperts(layer, { rank: 1 });
    expect(none.report.error[0]).toBeGreaterThan(0.01);
    expect([...none.layer.parameters().keys()].some((path) => path.endsWith('.s'))).toBe(false);
    x.dispose();
    [layer, small, none.layer].forEach((each) => each.dispose());
  });

  test('without any kept whole, what is lost is the singular values left out', () => {
    const layer = makeLayer({ experts: 1, router: routers.topK({ k: 1 }), expertKind: moe.plainExperts({ activation: 'relu', bias: false }), hidden: WIDTH }); // prettier-ignore
    const diagonal = [5, 4, 3, 2, 1];
    ['w1', 'w2'].forEach((name) => setValue(layer, `experts.${name}`, () => tf.tidy(() => tf.diag(tf.tensor1d(diagonal)).expandDims(0)))); // prettier-ignore
    const { layer: small, report } = moe.compressExperts(layer, { rank: 3 });
    expect(report.error[0]).toBeCloseTo((4 + 1) / 55, 5);
    [layer, small].forEach((each) => each.dispose());
  });
});

describe('steering a carved router', () => {
  test('cross entropy with the K parts that make up most of the whole, by hand', () => {
    const router = routers.topK({ k: 2, balance: {} });
    const layer = scaling([3, 1, 2], router);
    const logits = [[1, 0, 0.5], [0, 2, 0]]; // prettier-ignore
    setValue(layer, 'router.weight', () => tf.tensor2d(logits));
    const x = tf.tensor2d([[1, 0], [0, 1]]); // prettier-ignore
    const logSum = (row: number[]) => Math.log(row.reduce((sum, each) => sum + Math.exp(each), 0));
    // Of both tokens experts 0 and 2 make 3/6 and 2/6 of the whole.
    const expected = logits.reduce((sum, row) => sum - ((row[0] + row[2]) / 2 - logSum(row)) / 2, 0);
    const ctx = Context.create();
    expectNoLeak(() => {
      const loss = moe.priorApproximateLoss(layer, x, ctx);
      expect(loss.shape).toEqual([]);
      expect(loss.dataSync()[0]).toBeCloseTo(expected, 5);
      loss.dispose();
    });
    ctx.dispose();
    x.dispose();
    layer.dispose();
  });
});

describe('values into modules', () => {
  test('a path or shape that the module has not is refused, and a layer half built is disposed of', () => {
    const linear = new layers.Linear({ inputWidth: 2, outputWidth: 3, random });
    const assign = (path: string, shape: number[]) => () => tf.tidy(() => assignValues(linear, new Map([[path, tf.ones(shape)]]))); // prettier-ignore
    expect(assign('other', [1])).toThrow(refusal('moe: must be the path of a parameter or buffer, got other'));
    expect(assign('weight', [3, 2])).toThrow(refusal('weight: expects shape [2, 3], got [3, 2]'));
    assign('weight', [2, 3])();
    expect(valueOf(linear, 'weight')).toEqual([1, 1, 1, 1, 1, 1]);
    const options = { router: routers.topK({ k: 1 }), experts: 2, width: 2, hidden: 2, random };
    expectNoLeak(() => expect(() => tf.tidy(() => void buildLayer(options, new Map([['other', tf.scalar(1)]])))).toThrow('must be the path')); // prettier-ignore
    linear.dispose();
  });

  test('experts are taken along the axis that is shorter; modules that store different things are refused', () => {
    const [four, three] = [makeLayer(), makeLayer({ experts: 3 })];
    const linear = new layers.Linear({ inputWidth: 2, outputWidth: 3, random });
    tf.tidy(() => {
      const taken = takeExperts(four, three, [0, 2, 3]);
      expect(taken.get('router.weight')!.shape).toEqual([WIDTH, 3]);
      expectClose(taken.get('router.weight')!, tf.gather(four.parameters().get('router.weight')!.variable, tf.tensor1d([0, 2, 3], 'int32'), 1), 0); // prettier-ignore
      expect(() => takeExperts(four, linear, [0])).toThrow(/^moe: both modules must store the same, got /);
    });
    [four, three, linear].forEach((each) => each.dispose());
  });
});
