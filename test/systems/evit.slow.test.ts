import { adaptive, core, data, models, tf } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';
import { accuracyOf, drawImages, imagesAt, trainClassifier, vitWith } from '../support/images';
import { overTenSeeds } from '../support/paired';
import { HALF, toy, TOY } from '../support/smallObjects';
import type { ToyBatch } from '../support/smallObjects';

const { Context } = core;

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

test('[evit] at half the operations: accuracy lost on images with a small object, and how much of it is kept, as shares', async () => {
  const { lost, kept } = await overTenSeeds('evit', (seed) => {
    const vit = models.vit({ ...TOY, seed });
    trainClassifier(vit, (step) => toy(seed, step, 32), { steps: 80, learningRate: 6e-3, seed });
    const less = vitWith(vit, { ...TOY, seed, reorganize: adaptive.tokenReorganize(HALF) });
    const more = (step: number) => toy(seed, 1000 + step, 32);
    [vit, less].forEach((model) => trainClassifier(model, more, { steps: 25, learningRate: 1e-3, seed }));
    const [whole, reorganized] = [vit, less].map((model) => accuracyOf(model, toy(seed, 1e6, 1000)));
    expect(whole).toBeGreaterThan(0.9);
    const found = keptOfObjects(less, toy(seed, 1e6, 500));
    [vit, less].forEach((model) => model.dispose());
    return { lost: whole - reorganized, kept: found - HALF.keepRate };
  });
  // Less than a point is lost.
  expect(lost.mean + lost.halfWidth).toBeLessThan(0.01);
  expect(kept.mean - kept.halfWidth).toBeGreaterThan(0.2);
});

test('[evit] on digits, in a transformer trained whole: accuracy with what is left out fused, less that with it dropped', async () => {
  const { train, validation } = data.digits();
  const shape = { ...TOY, imageSize: 8, classes: 10, width: 32, hidden: 64 };
  const all = Array.from({ length: validation.count }, (_, i) => i);
  const { gained } = await overTenSeeds('evit, digits', (seed) => {
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
    return { gained: fused - dropped, whole };
  });
  // A token that holds what was kept, and not the rest, gains about nothing.
  expect(gained.verdict).toBe('above');
});
