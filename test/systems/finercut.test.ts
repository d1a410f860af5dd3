import { core, models, prune, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { setValue } from '../support/networks';

const SIZE = { layers: 3, width: 8, heads: 2, contextLength: 8, vocabSize: 17, hidden: 16 };
const inputs = [1, 2].map((k) => tf.tensor2d([[1, 2 * k, 3, 5 * k, 16]], [1, 5], 'int32'));
const make = (seed: number): models.Transformer => models.denseTransformer({ ...SIZE, seed });
const silence = (model: models.Transformer, path: string): void => setValue(model, path, (value) => value.mul(0));

/** By hand: KL of the softmax of the whole model's logits from those of one whose sub-layers of these paths are silent. */
function klWithout(seed: number, paths: readonly string[]): number {
  const [whole, silent] = [make(seed), make(seed)];
  paths.forEach((path) => silence(silent, path.endsWith('attention') ? `${path}.output.weight` : `${path}.w2.weight`));
  const logits = (model: models.Transformer, ids: tf.Tensor) => tf.logSoftmax(model.apply(ids, core.Context.create()));
  const mean = tf.tidy(() => {
    const each = inputs.map((ids) => {
      const [p, q] = [logits(whole, ids), logits(silent, ids)];
      return p.exp().mul(p.sub(q)).sum(2).mean();
    });
    return tf.stack(each).mean().dataSync()[0];
  });
  [whole, silent].forEach((model) => model.dispose());
  return mean;
}

describe('[finercut]', () => {
  test('a sub-layer that adds nothing goes first, and moves nothing', () => {
    const model = make(1);
    silence(model, 'layers.1.attention.output.weight');
    const { model: pruned, report } = prune.layers(model, { count: 1, inputs });
    expect(report.removed).toEqual([{ path: 'layers.1.attention', distance: 0 }]);
    [model, pruned].forEach((each) => each.dispose());
  });

  test('the first step is the best of all single removals, each measured by itself', () => {
    const model = make(2);
    const { model: pruned, report } = prune.layers(model, { count: 1, inputs });
    const alone = Object.keys(report.alone).map((path): [string, number] => [path, klWithout(2, [path])]);
    expect(alone).toHaveLength(6);
    alone.forEach(([path, distance]) => expect(report.alone[path]).toBeCloseTo(distance, 5));
    const best = alone.reduce((a, b) => (b[1] < a[1] ? b : a));
    expect(report.removed[0].path).toBe(best[0]);
    expect(report.removed[0].distance).toBeCloseTo(best[1], 5);
    [model, pruned].forEach((each) => each.dispose());
  });

  test('each step chooses anew by what is left: the second is the best beside the first, not the second best alone', () => {
    const model = make(3);
    const greedy = prune.layers(model, { count: 2, inputs });
    const once = prune.layers(model, { count: 2, inputs, greedy: false });
    const [first, second] = greedy.report.removed.map(({ path }) => path);
    expect(once.report.removed[0].path).toBe(first);
    const beside = Object.keys(greedy.report.alone)
      .filter((path) => path !== first)
      .map((path): [string, number] => [path, klWithout(3, [first, path])]);
    expect(beside.reduce((a, b) => (b[1] < a[1] ? b : a))[0]).toBe(second);
    expect(once.report.removed[1].path).not.toBe(second);
    expect(greedy.report.removed[1].distance).toBeLessThan(once.report.removed[1].distance);
    [model, greedy.model, once.model].forEach((each) => each.dispose());
  });

  test('sub-layers of different blocks can go where no whole block can', () => {
    const model = make(6);
    silence(model, 'layers.0.attention.output.weight');
    silence(model, 'layers.2.feedForward.w2.weight');
    const fine = prune.layers(model, { count: 2, inputs });
    const coarse = prune.layers(model, { count: 1, inputs, units: ['block'] });
    expect(fine.report.removed.at(-1)!.distance).toBe(0);
    expect(coarse.report.removed[0].distance).toBeGreaterThan(1e-4);
    // As many values gone, but for the norms: each block has one of each.
    expect(fine.report.parameters.after).toBe(coarse.report.parameters.after);
    [model, fine.model, coarse.model].forEach((each) => each.dispose());
  });
});
