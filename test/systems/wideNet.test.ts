import { core, models, routers, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { makeLanguage } from '../support/language';
import { setValue } from '../support/networks';
import { mean } from '../support/regression';

const { Context, Random } = core;

const [WIDTH, HIDDEN, LENGTH, EXPERTS] = [16, 16, 16, 4];
const SIZE = { width: WIDTH, hidden: HIDDEN, contextLength: LENGTH, experts: EXPERTS };
const text = makeLanguage({ domains: 2 });

function wideNet(options: Partial<models.WideNetOptions> = {}): models.Transformer {
  return models.wideNet({ layers: 3, ...SIZE, router: routers.topK({ k: 1 }), ...options });
}

function recordsOf(model: models.Transformer): core.RoutingRecord[] {
  const [{ tokens }] = text.validationBatches({ batchSize: 32, length: LENGTH, count: 1 });
  const records: core.RoutingRecord[] = [];
  const ctx = Context.create({ observers: [core.observer('routing', (record) => records.push(record))] });
  tf.tidy(() => void model.apply(tf.tensor2d(tokens, [32, LENGTH + 1], 'int32').slice([0, 0], [-1, LENGTH]), ctx));
  ctx.dispose();
  return records;
}

/** Share of the tokens that go to another expert from one pass to the next. */
function switches(model: models.Transformer): number {
  const records = recordsOf(model);
  const between = (before: Int32Array, after: Int32Array) => mean(Array.from(after, (e, a) => +(e !== before[a])));
  return mean(records.slice(1).map(({ indices }, pass) => between(records[pass].indices, indices)));
}

describe('[widenet]', () => {
  test.each([
    [true, 2 * WIDTH],
    [false, 0]
  ])('individual norms %s: one more pass costs %i parameters', (individualNorms, cost) => {
    const counts = [1, 2, 3, 6].map((layers) => {
      const model = wideNet({ layers, individualNorms });
      const count = model.countParameters();
      expect(recordsOf(model).map(({ path }) => path)).toEqual(
        Array.from({ length: layers }, (_, i) => `layers.${i}.moe`)
      );
      model.dispose();
      return count;
    });
    expect(counts.map((count) => count - counts[0])).toEqual([0, cost, 2 * cost, 5 * cost]);
  });

  test('with the same weights in all blocks it is the plain model, and a shared weight counts in every pass', () => {
    const [wide, plain] = [wideNet(), models.moeTransformer({ layers: 3, ...SIZE, router: routers.topK({ k: 1 }) })];
    const weights = (model: models.Transformer) => recordsOf(model).map(({ weights }) => Array.from(weights));
    plain.parameters().forEach((parameter, path) => {
      const own = path.replace(/^layers\.\d\.(attention|moe)\./, 'layers.0.$1.');
      parameter.assign(wide.parameters().get(own)!.variable, path);
    });
    expect(weights(wide)).toEqual(weights(plain));
    setValue(plain, 'layers.0.attention.qkv.weight', (w) => w.mul(2));
    setValue(wide, 'layers.0.attention.qkv.weight', (w) => w.mul(2));
    expect(weights(wide)[0]).toEqual(weights(plain)[0]);
    expect(weights(wide)[1]).not.toEqual(weights(plain)[1]);
    [wide, plain].forEach((model) => model.dispose());
  });

  test('norms that differ between passes make tokens change experts more than a shared norm does', () => {
    const gains = [1, 2, 3].map((seed) => {
      const [own, shared] = [true, false].map((individualNorms) => {
        const model = wideNet({ seed, individualNorms });
        const norms = [...model.parameters().keys()].filter((path) => /layers.*Norm/.test(path));
        norms.forEach((path) =>
          setValue(model, path, (w) => Random.fromSeed(seed).child(path).normal(w.shape, 1, 0.3))
        );
        const share = switches(model);
        model.dispose();
        return share;
      });
      return own - shared;
    });
    expect(Math.min(...gains)).toBeGreaterThan(0);
  });
});
