import { core, models, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { flopsRun } from '../support/flopsRun';
import { outputOf, setValue, valuesOf } from '../support/networks';
import { expectClose, expectNoLeak } from '../support/numeric';

const { Context } = core;

const SIZE = { layers: 2, width: 16, heads: 2, contextLength: 8 };
const MODALITIES = { text: 10, image: 6 };
const TEXT = [1, 2, 3, 4, 5, 6];
/** Text, with image tokens (10 and more) in places 1 and 4. */
const MIXED = [1, 11, 3, 4, 15, 6];

const idsOf = (ids: number[]) => tf.tensor2d([ids], undefined, 'int32');

function logitsOf(model: models.Transformer, ids: number[]): number[][] {
  const x = idsOf(ids);
  const logits = tf.tidy(() => tf.tensor2d(outputOf(model, x), [ids.length, model.vocabSize]).arraySync());
  x.dispose();
  return logits;
}

/** Makes images use something else in one of the parts. */
function disturbImages(model: models.Transformer, part: RegExp): void {
  const paths = [...model.parameters().keys()].filter((path) => part.test(path));
  expect(paths.length).toBeGreaterThan(0);
  paths.forEach((path) =>
    // In another direction for each feature, or a norm would take it off again.
    setValue(model, path, (w) => {
      const by = core.Random.fromSeed(9).child(path).normal(w.shape);
      return w.add(path.includes('.experts.') ? by.mul(tf.tensor([0, 1], [2, 1, 1])) : by);
    })
  );
}

describe('[mot]', () => {
  test.each([
    ['all', undefined],
    ['feedForward', ['feedForward']],
    ['attention', ['attention']],
    ['norm', ['norm']]
  ] as const)('copies for each modality keep what the dense transformer computes, untying %s', (_, untie) => {
    const dense = models.denseTransformer({ ...SIZE, vocabSize: 16, gated: true, seed: 3 });
    const before = valuesOf(dense);
    const { model, report } = models.untie(dense, { modalities: MODALITIES, untie });
    [TEXT, MIXED].forEach((ids) => expectClose(logitsOf(model, ids).flat(), logitsOf(dense, ids).flat(), 1e-5));
    expect(valuesOf(dense)).toEqual(before);
    expect(report.parameters).toEqual({ before: dense.countParameters(), after: model.countParameters() });
    expect(report.parameters.after).toBeGreaterThan(report.parameters.before);
    model.dispose();
    dense.dispose();
  });

  test.each([
    ['feed-forward networks', /^layers\.0\.moe\.experts/],
    ['norms', /^layers\.0\.(attentionNorm|feedForwardNorm)\.1\./],
    ['projections into attention', /^layers\.0\.attention\.qkv\.1\./],
    ['projections out of attention', /^layers\.0\.attention\.output\.1\./]
  ])('%s of images work on no text, and text sees them through attention alone', (_, part) => {
    const model = models.mixtureOfTransformers({ ...SIZE, modalities: MODALITIES, seed: 3 });
    const [text, mixed] = [TEXT, MIXED].map((ids) => logitsOf(model, ids));
    disturbImages(model, part);
    const [textAfter, mixedAfter] = [TEXT, MIXED].map((ids) => logitsOf(model, ids));
    expect(textAfter).toEqual(text);
    // The text before the first image sees none; all after it do.
    expect(mixedAfter[0]).toEqual(mixed[0]);
    [2, 3, 5].forEach((place) => expect(mixedAfter[place]).not.toEqual(mixed[place]));
    model.dispose();
  });

  test('text after an image depends on which image it is', () => {
    const model = models.mixtureOfTransformers({ ...SIZE, modalities: MODALITIES, seed: 3 });
    const [a, b] = [
      [1, 2, 11, 3],
      [1, 2, 12, 3]
    ].map((ids) => logitsOf(model, ids));
    expect(b.slice(0, 2)).toEqual(a.slice(0, 2));
    expect(Math.max(...b[3].map((x, i) => Math.abs(x - a[3][i])))).toBeGreaterThan(1e-4);
    model.dispose();
  });

  test('on text alone, parameters of images have no gradient, or one of exactly zero', () => {
    const model = models.mixtureOfTransformers({ ...SIZE, modalities: MODALITIES, seed: 3 });
    const largest = (ids: number[]) => {
      const [x, ctx] = [idsOf(ids), Context.create()];
      const found = { text: 0, image: 0 };
      tf.tidy(() => {
        const { grads } = tf.variableGrads(() => model.apply(x, ctx).square().sum() as tf.Scalar);
        model.parameters().forEach(({ variable }, path) => {
          const gradient = (grads as Partial<typeof grads>)[variable.name];
          const number = /\.(\d)\.(weight|bias)$/.exec(path)?.[1];
          const experts = path.includes('.experts.');
          if (gradient !== undefined && (experts || number !== undefined)) {
            const peak = gradient.abs().max(gradient.shape.map((_, axis) => axis).slice(experts ? 1 : 0));
            const values = experts
              ? (peak.arraySync() as number[])
              : number === '0'
                ? [peak.dataSync()[0], 0]
                : [0, peak.dataSync()[0]];
            found.text = Math.max(found.text, values[0]);
            found.image = Math.max(found.image, values[1]);
          }
        });
      });
      tf.dispose(x);
      ctx.dispose();
      return found;
    };
    expect(largest(TEXT).image).toBe(0);
    expect(largest(TEXT).text).toBeGreaterThan(0);
    expect(largest(MIXED).image).toBeGreaterThan(0);
    model.dispose();
  });

  test('a token costs what it does in the dense transformer, counted and by the formula', () => {
    const dense = models.denseTransformer({ ...SIZE, vocabSize: 16 });
    const all = models.mixtureOfTransformers({ ...SIZE, modalities: MODALITIES });
    expect(models.activeFlops(all)).toBe(models.activeFlops(dense));
    const untie = ['attention', 'norm'] as const;
    // Of the ids 0 to 7, half are of each.
    const attention = models.mixtureOfTransformers({ ...SIZE, modalities: { text: 4, image: 12 }, untie });
    expect(flopsRun(attention, 8)).toBe(flopsRun(dense, 8));
    expect(attention.countParameters()).toBeGreaterThan(1.3 * dense.countParameters());
    [dense, all, attention].forEach((model) => model.dispose());
  });

  test('nothing is left behind', () => {
    const dense = models.denseTransformer({ ...SIZE, vocabSize: 16 });
    expectNoLeak(() => {
      const { model } = models.untie(dense, { modalities: MODALITIES });
      logitsOf(model, MIXED);
      model.dispose();
      expect(() => models.untie(dense, { modalities: { text: 3 } })).toThrow(
        "untie: modalities must have the model's vocabulary (16), got 3"
      );
    });
    dense.dispose();
  });
});
