import { adaptive, core, data, layers, models, tf } from '@switchyard/kernel-lib';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { flopsRun } from '../support/flopsRun';
import { accuracyOf, drawImages, flopsOf, imagesAt, trainClassifier, vitWith } from '../support/images';
import type { ImageBatch } from '../support/images';
import { outputOf } from '../support/networks';
import { expectClose, expectNoLeak } from '../support/numeric';
import { mean } from '../support/regression';

const { Context, Random } = core;

const SIDE = 6; // patches
const SIZE = 2 * SIDE;
const TOY = { imageSize: SIZE, patchSize: 2, classes: 4, layers: 3, width: 16, heads: 2, hidden: 32 };
const HALF = { keepRate: 0.48, layers: [0, 1] };
const SEEDS = [1, 2, 3];

// An object of 2 x 2 patches is one of four textures.
const TEXTURES = ['1010101010101010', '1111000011110000', '1010010110100101', '1111111111111111'];

interface ToyBatch extends ImageBatch {
  /** The patches of each image's object. */
  objects: number[][];
}

function toy(seed: number, step: number, count: number): ToyBatch {
  const random = Random.fromSeed(seed).child('toy').child(step);
  const next = random.generator();
  const clean = new Float32Array(count * SIZE * SIZE);
  const [labels, objects]: [number[], number[][]] = [[], []];
  for (let i = 0; i < count; i++) {
    const label = Math.floor(next() * 4);
    const [row, column] = [0, 0].map(() => Math.floor(next() * (SIDE - 1)));
    [...TEXTURES[label]].forEach((value, p) => {
      clean[(i * SIZE + 2 * row + Math.floor(p / 4)) * SIZE + 2 * column + (p % 4)] = Number(value);
    });
    labels.push(label);
    objects.push([0, 1, SIDE, SIDE + 1].map((offset) => row * SIDE + column + offset));
  }
  const shape: [number, number, number, number] = [count, SIZE, SIZE, 1];
  const x = tf.tidy(() => tf.tensor4d(clean, shape).add<tf.Tensor4D>(random.child('noise').normal(shape, 0, 0.3)));
  return { x, y: tf.tensor1d(labels, 'int32'), objects };
}

/** Share of the objects' patches that the first block that reorganizes keeps. */
function keptOfObjects(model: core.Module, { x, y, objects }: ToyBatch): number {
  const records: core.TokensRecord[] = [];
  const ctx = Context.create({ observers: [core.observer('tokens', (record) => records.push(record))] });
  tf.tidy(() => void model.apply(x, ctx));
  ctx.dispose();
  tf.dispose([x, y]);
  const kept = objects.flatMap((patches, i) => patches.map((p) => records[0].kept[i * SIDE ** 2 + p] === 1));
  return kept.filter(Boolean).length / kept.length;
}

describe('[evit]', () => {
  test('with nothing left out it is the vision transformer, exactly', () => {
    const plain = models.vit({ ...TOY, seed: 1 });
    const all = models.vit({
      ...TOY,
      seed: 1,
      reorganize: adaptive.tokenReorganize({ keepRate: 1, layers: [0, 1, 2] })
    });
    const { x, y } = toy(1, 0, 5);
    expect([...all.parameters().keys()]).toEqual([...plain.parameters().keys()]);
    expect(outputOf(all, x)).toEqual(outputOf(plain, x));
    const less = models.vit({ ...TOY, seed: 1, reorganize: adaptive.tokenReorganize({ ...HALF }) });
    expect(outputOf(less, x)).not.toEqual(outputOf(plain, x));
    expect(less.countParameters()).toBe(plain.countParameters());
    tf.dispose([x, y]);
    [plain, all, less].forEach((model) => model.dispose());
  });

  test.each([
    [0.5, true, [37, 20, 12]],
    [0.5, false, [37, 19, 10]],
    [0.3, true, [37, 13, 6]],
    [1, true, [37, 37, 37]]
  ])('with a keep rate of %d, fused: %s, the blocks have %j tokens', (keepRate, fuse, counts) => {
    const reorganize = adaptive.tokenReorganize({ keepRate, fuse, layers: [0, 1] });
    const model = models.vit({ ...TOY, seed: 1, reorganize });
    const { x, y } = toy(1, 0, 2);
    const isAttention = (module: core.Module): module is layers.ClassAttention =>
      module instanceof layers.ClassAttention;
    const captured = core.captureInputs(model, x, isAttention);
    expect(captured.map(({ input }) => input.shape[1])).toEqual(counts);
    // ceil(keep n) + 2, n without the class token.
    const after = (n: number): number => 1 + Math.ceil(keepRate * n) + (fuse && keepRate < 1 ? 1 : 0);
    expect(counts.slice(1)).toEqual([after(36), after(counts[1] - 1)]);
    // What is counted is what is run.
    const one = x.slice([0, 0, 0, 0], [1, -1, -1, -1]);
    expect(models.moduleFlops(model).get('layers.1.attention')).toBeCloseTo((4 * counts[1] ** 2 * 16) / 36, 6);
    expect(flopsOf(model)).toBeCloseTo(flopsRun(model, 36, one), 3);
    tf.dispose([x, y, one, ...captured.map(({ input }) => input)]);
    model.dispose();
  });

  test('what the class token attends to most goes on as it is, and the rest as its sum weighted by attention', () => {
    const reorganizer = adaptive.tokenReorganize({ keepRate: 0.5, layers: [0] }).build({ block: 0, width: 2 })!;
    const x = tf.tensor3d([[[9, 9], [1, 0], [0, 1], [2, 2], [3, -1]]]); // prettier-ignore
    const ctx = Context.create();
    ctx.setState(layers.CLASS_ATTENTION, tf.tensor2d([[0.1, 0.4, 0.2, 0.3]]));
    const out = reorganizer.apply(x, ctx);
    expectClose(out, [9, 9, 0, 1, 3, -1, 0.1 * 1 + 0.2 * 2, 0.2 * 2]);
    // All tokens are reached by the gradient where they are fused, and only those kept where they are not.
    const dropped = adaptive
      .tokenReorganize({ keepRate: 0.5, layers: [0], fuse: false })
      .build({ block: 0, width: 2 })!;
    const reached = [reorganizer, dropped].map(
      (each) =>
      tf.tidy(() => tf.grad((tokens) => each.apply(tokens, ctx).sum())(x).slice([0, 0, 0], [-1, -1, 1]).notEqual(0).dataSync()) // prettier-ignore
    );
    expect(reached.map((each) => [...each])).toEqual([[1, 1, 1, 1, 1], [1, 0, 1, 0, 1]]); // prettier-ignore
    ctx.dispose();
    expect(() => reorganizer.apply(x, Context.create())).toThrow('must hold "classAttention" [1, 4], got null');
    const model = models.vit({ ...TOY, seed: 1, reorganize: adaptive.tokenReorganize(HALF) });
    const batch = toy(1, 0, 4);
    expectNoLeak(() => void outputOf(model, batch.x));
    tf.dispose([x, out, batch.x, batch.y]);
    model.dispose();
  });

  test('publishes which tokens go on, as an event of its own kind, and reads for that only where somebody listens', () => {
    const reorganizer = adaptive.tokenReorganize({ keepRate: 0.5, layers: [0] }).build({ block: 0, width: 2 })!;
    const x = tf.ones([2, 5, 2]);
    const attention = [0.1, 0.4, 0.2, 0.3, 0.35, 0.05, 0.15, 0.45].map(Math.fround);
    const run = (observers: core.Observer[]) => {
      const reads = vi.spyOn(tf.Tensor.prototype, 'dataSync');
      const ctx = Context.create({ observers });
      ctx.setState(layers.CLASS_ATTENTION, tf.tensor2d(attention, [2, 4]));
      reorganizer.apply(x, ctx.within('layers.0.between')).dispose();
      ctx.dispose();
      const count = reads.mock.calls.length;
      reads.mockRestore();
      return count;
    };
    const events: core.PublishedEvent[] = [];
    const alone = run([]);
    expect(run([core.observer(['routing', 'depth'], (event) => events.push(event))])).toBe(alone);
    expect(events).toEqual([]);
    expect(run([core.observer(['tokens', 'routing'], (event) => events.push(event))])).toBe(alone + 1);
    expect(events).toEqual([
      {
        ...{ kind: 'tokens', path: 'layers.0.between', batchSize: 2, length: 4, rest: 'merged' },
        kept: Uint8Array.of(0, 1, 0, 1, 1, 0, 0, 1),
        scores: Float32Array.from(attention)
      }
    ]);
    x.dispose();
  });

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
    }, 240_000);

    test('half the operations lose less than a point of accuracy', () => {
      const [vit, less] = [undefined, adaptive.tokenReorganize(HALF)].map((reorganize) => models.vit({ ...TOY, reorganize })); // prettier-ignore
      expect(flopsOf(less) / flopsOf(vit)).toBeLessThan(0.5);
      [vit, less].forEach((model) => model.dispose());
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
  }, 240_000);
});
