import { core, moe, routers, tf, train } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { SHORT, smallModel, smallText } from '../support/runs';

const { analysis } = moe;
const { Random } = core;

function makeLayer(): moe.MoeLayer {
  return moe.layer({
    ...{ router: routers.topK({ k: 2 }), experts: 4, width: 8, hidden: 8, random: Random.fromSeed(1) }
  });
}

/** Multiplies a layer's matrix of expert e by `factor(e)`. */
function scaleExperts(layer: moe.MoeLayer, name: string, factor: (e: number) => number): void {
  const { variable } = layer.experts.parameters().get(name) as core.Parameter;
  tf.tidy(() => variable.assign(variable.mul(tf.tensor([0, 1, 2, 3].map(factor), [4, 1, 1]))));
}

/** Makes the router prefer expert e by `e` times the token's first value. */
function preferByNumber(layer: moe.MoeLayer): void {
  const { variable } = layer.router.parameters().get('weight') as core.Parameter;
  tf.tidy(() => variable.assign(tf.tensor2d([[0, 1, 2, 3], ...new Array<number[]>(7).fill([0, 0, 0, 0])])));
}

describe('[closer-look-into-moe-llms]', () => {
  test('planted duplicates have similarity 1 and no diversity', () => {
    const layer = makeLayer();
    const [w1, w2] = ['w1', 'w2'].map((name) => (layer.experts.parameters().get(name) as core.Parameter).variable);
    // Experts 1 to 3 become expert 0.
    tf.tidy(() => [w1, w2].forEach((w) => w.assign(tf.gather(w, tf.zeros([4], 'int32')))));
    analysis.similarity(w1).forEach((row) => row.forEach((value) => expect(value).toBeCloseTo(1, 6)));
    const x = Random.fromSeed(2).normal([32, 8]) as tf.Tensor2D;
    expect(analysis.diversity(layer, x).value).toBeCloseTo(0, 5);
    x.dispose();
    layer.dispose();
  });

  test('a router that prefers the larger outputs has rank correlation 1, and the reverse -1', () => {
    for (const sign of [1, -1]) {
      const layer = makeLayer();
      preferByNumber(layer);
      scaleExperts(layer, 'w2', (e) => 1000 ** (sign * e));
      // First values above 0: the order of the preferences is that of the numbers.
      const x = tf.tidy(() => Random.fromSeed(2).normal([32, 8]).abs()) as tf.Tensor2D;
      const { value, low, high } = analysis.normVsRouter(layer, x);
      expect([value, low, high]).toEqual([sign, sign, sign].map((s) => expect.closeTo(s, 10) as number));
      x.dispose();
      layer.dispose();
    }
  });

  test('an untrained router prefers none', () => {
    const layer = makeLayer();
    const x = Random.fromSeed(2).normal([400, 8]) as tf.Tensor2D;
    // Over routers, the mean correlation is 0; over one router's tokens it is small.
    expect(Math.abs(analysis.normVsRouter(layer, x).value)).toBeLessThan(0.3);
    x.dispose();
    layer.dispose();
  });

  test('the three statistics of a trained four-layer character model, with intervals', async () => {
    const model = smallModel({ layers: 4 });
    const text = smallText();
    await train.fit(model, text, { ...SHORT, steps: 60, evaluateEvery: 0 });
    const [batch] = text.validationBatches({ batchSize: 8, length: 16, count: 1 });
    const ids = tf.tidy(() => tf.tensor2d(batch.tokens, [8, 17], 'int32').slice([0, 0], [8, 16]));
    const diversity = analysis.diversityByLayer(model, ids);
    expect(Object.keys(diversity)).toEqual([0, 1, 2, 3].map((i) => `layers.${i}.moe`));
    for (const { path, layer, tokens } of analysis.inputsOf(model, ids)) {
      const correlation = analysis.normVsRouter(layer, tokens);
      const alike = analysis.similarity((layer.experts.parameters().get('w1') as core.Parameter).variable);
      for (const { value, low, high } of [diversity[path], correlation]) {
        expect(low).toBeLessThanOrEqual(value);
        expect(high).toBeGreaterThanOrEqual(value);
        expect(high - low).toBeGreaterThan(0);
        expect(high - low).toBeLessThan(0.5);
      }
      // Trained from different beginnings: neither copies nor opposites.
      expect(Math.max(...alike.flat().filter((value) => value < 0.999))).toBeLessThan(0.9);
      expect(diversity[path].low).toBeGreaterThan(0.1);
      tokens.dispose();
    }
    ids.dispose();
    model.dispose();
  });
});
