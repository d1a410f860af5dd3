import { adaptive, core, data, models, tf } from '@switchyard/kernel-lib';
import { beforeAll, describe, expect, test } from 'vitest';
import { accuracyOf, drawImages, imagesAt, trainClassifier, vitWith } from '../support/images';
import { mean } from '../support/regression';
import { HALF, toy, TOY } from '../support/smallObjects';
import type { ToyBatch } from '../support/smallObjects';

const { Context } = core;

const SEEDS = [1, 2, 3];
const PATCHES = (TOY.imageSize / TOY.patchSize) ** 2;

/** Share of the objects' patches that the first block that reorganizes keeps. */
function keptOfObjects(model: core.Module, { x, y, objects }: ToyBatch): number {
  const records: core.TokensRecord[] = [];
  const ctx = Context.create({ observers: [core.observer('tokens', (record) => records.push(record))] });
  tf.tidy(() => void model.apply(x, ctx));
  ctx.dispose();
  tf.dispose([x, y]);
  const kept = objects.flatMap((patches, i) => patches.map((p) => records[0].kept[i * PATCHES + p] === 1));
  return kept.filter(Boolean).length / kept.length;
}

describe('[evit]', () => {
  describe('on images with a small object', () => {
    let runs: { whole: number; reorganized: number; kept: number }[];
    beforeAll(() => {
      runs = SEEDS.map((seed) => {
        const vit = models.vit({ ...TOY, seed });
        trainClassifier(vit, (step) => toy(seed, step, 32), { steps: 80, learningRate: 6e-3, seed });
        const less = vitWith(vit, { ...TOY, seed, reorganize: adaptive.tokenReorganize(HALF) });
        const more = (step: number) => toy(seed, 1000 + step, 32);
        [vit, less].forEach((model) => trainClassifier(model, more, { steps: 25, learningRate: 1e-3, seed }));
        const [whole, reorganized] = [vit, less].map((model) => accuracyOf(model, toy(seed, 1e6, 1000)));
        const kept = keptOfObjects(less, toy(seed, 1e6, 500));
        [vit, less].forEach((model) => model.dispose());
        return { whole, reorganized, kept };
      });
    });

    test('half the operations lose less than a point of accuracy', () => {
      const lost = runs.map(({ whole, reorganized }) => whole - reorganized);
      expect(mean(runs.map(({ whole }) => whole))).toBeGreaterThan(0.95);
      expect(mean(lost)).toBeLessThan(0.01);
    });

    test('patches of the object are kept more often than others', () => {
      runs.forEach(({ kept }) => expect(kept).toBeGreaterThan(HALF.keepRate + 0.2));
    });
  });

  test('on digits, in a transformer trained whole, fusing what is left out beats dropping it', () => {
    const { train, validation } = data.digits();
    const shape = { ...TOY, imageSize: 8, classes: 10, width: 32, hidden: 64 };
    const all = Array.from({ length: validation.count }, (_, i) => i);
    const runs = SEEDS.map((seed) => {
      const vit = models.vit({ ...shape, seed });
      trainClassifier(vit, (step) => drawImages(train, seed, step, 64), { steps: 120, learningRate: 4e-3, seed });
      const whole = accuracyOf(vit, imagesAt(validation, all));
      const [fused, dropped] = [true, false].map((fuse) => {
        const reorganize = adaptive.tokenReorganize({ keepRate: 0.1, layers: [0], fuse });
        const less = vitWith(vit, { ...shape, seed, reorganize });
        const accuracy = accuracyOf(less, imagesAt(validation, all));
        less.dispose();
        return accuracy;
      });
      vit.dispose();
      return { whole, fused, dropped };
    });
    const gained = runs.map(({ fused, dropped }) => fused - dropped);
    expect(mean(runs.map(({ whole }) => whole))).toBeGreaterThan(0.6);
    // A token that holds what was kept, and not the rest, gains about nothing.
    expect(mean(gained)).toBeGreaterThan(0.015);
  });
});
