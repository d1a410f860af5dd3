import { core, models, moe, routers, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { expectNoLeak } from '../../../support/numeric';
import { smallModel } from '../../../support/runs';

const { analysis } = moe;
const { Random } = core;

describe('similarity', () => {
  /** Three experts [3, 2, 3]: the second is the first times 5, the third its neurons in another order. */
  const weights = () =>
    tf.tensor3d([
      [
        [1, 0, 2],
        [0, 1, -1]
      ],
      [
        [5, 0, 10],
        [0, 5, -5]
      ],
      [
        [2, 1, 0],
        [-1, 0, 1]
      ]
    ]);

  test('duplicates have similarity 1; permuted ones by neuron only', () => {
    const w = weights();
    const byExpert = analysis.similarity(w);
    const byNeuron = analysis.similarity(w, { by: 'neuron' });
    expect(byExpert[0][1]).toBeCloseTo(1, 6);
    // 1*2 + 0*1 + 2*0 + 0*-1 + 1*0 - 1*1 = 1, over squares of 7.
    expect(byExpert[0][2]).toBeCloseTo(1 / 7, 6);
    expect(byNeuron[0][1]).toBeCloseTo(1, 6);
    expect(byNeuron[0][2]).toBeCloseTo(1, 6);
    w.dispose();
  });

  test('random experts are unlike', () => {
    const w = Random.fromSeed(1).normal([4, 32, 32]);
    const matrix = analysis.similarity(w);
    expect(matrix[1][1]).toBeCloseTo(1, 6);
    expect(matrix[0][3]).toBe(matrix[3][0]);
    // The cosine of 1024 random values has deviation 1/32.
    expect(Math.abs(matrix[0][1])).toBeLessThan(4 / 32);
    w.dispose();
  });
});

describe('spearman', () => {
  test('by hand, with ties', () => {
    expect(analysis.spearman([1, 2, 3], [10, 200, 3000])).toBeCloseTo(1, 12);
    expect(analysis.spearman([1, 2, 3], [3, 2, 1])).toBeCloseTo(-1, 12);
    // Ranks 0, 1.5, 1.5, 3 and 0, 1, 2, 3: 4.5 / sqrt(4.5 * 5).
    expect(analysis.spearman([1, 2, 2, 3], [1, 2, 3, 4])).toBeCloseTo(4.5 / Math.sqrt(22.5), 12);
    expect(analysis.spearman([1, 1], [1, 2])).toBeNaN();
  });
});

test('allOutputs: expert e of token t is what a layer gives that sends t to e alone', () => {
  const layer = moe.layer({
    ...{ router: routers.topK({ k: 1 }), experts: 3, width: 4, hidden: 8, random: Random.fromSeed(1) }
  });
  const x = Random.fromSeed(2).normal([10, 4]) as tf.Tensor2D;
  const records: core.RoutingRecord[] = [];
  const ctx = core.Context.create({ observers: [core.observer('routing', (record) => records.push(record))] });
  const y = tf.tidy(() => layer.apply(x, ctx).arraySync() as number[][]);
  const [{ indices, weights }] = records;
  expectNoLeak(() => {
    const { outputs, probs } = analysis.allOutputs(layer, x);
    y.forEach((row, t) => {
      const e = indices[t];
      row.forEach((value, d) => expect(weights[t] * outputs[(t * 3 + e) * 4 + d]).toBeCloseTo(value, 5));
      expect(probs[t * 3 + e]).toBeCloseTo(weights[t], 6);
    });
  });
  x.dispose();
  layer.dispose();
});

test('inputsOf sees what the layers get, leaves the model as it was, and leaks nothing', () => {
  const model = smallModel({ layers: 2 });
  const tokens = tf.tensor2d([[1, 2, 3, 4]], [1, 4], 'int32');
  const before = tf.tidy(() => model.apply(tokens, core.Context.create()).dataSync());
  expectNoLeak(() => {
    const found = analysis.inputsOf(model, tokens);
    expect(found.map(({ path }) => path)).toEqual(['layers.0.moe', 'layers.1.moe']);
    found.forEach(({ tokens: rows, layer }) => {
      expect(rows.shape).toEqual([4, 16]);
      expect(Object.keys(layer)).not.toContain('apply');
      rows.dispose();
    });
  });
  expect(tf.tidy(() => model.apply(tokens, core.Context.create()).dataSync())).toEqual(before);
  tokens.dispose();
  model.dispose();
});

test('a block applied three times has three inputs and three diversities, named by their passes', () => {
  const size = { layers: 3, width: 16, hidden: 16, contextLength: 8, experts: 4, vocabSize: 32 };
  const model = models.wideNet({ ...size, router: routers.topK({ k: 1 }) });
  const tokens = tf.tensor2d([[1, 2, 3, 4, 5, 6]], [1, 6], 'int32');
  const paths = ['layers.0.moe', 'layers.1.moe', 'layers.2.moe'];
  expectNoLeak(() => {
    const found = analysis.inputsOf(model, tokens);
    expect(found.map(({ path }) => path)).toEqual(paths);
    const values = found.map(({ tokens: rows }) => rows.dataSync<'float32'>());
    expect(values[1]).not.toEqual(values[0]);
    expect(values[2]).not.toEqual(values[1]);
    const each = analysis.diversityByLayer(model, tokens);
    expect(Object.keys(each)).toEqual(paths);
    found.forEach(({ path, layer, tokens: rows }) => {
      expect(each[path]).toEqual(analysis.diversity(layer, rows));
      rows.dispose();
    });
  });
  tokens.dispose();
  model.dispose();
});
