import { core, models, ops, tf, type data } from '@switchyard/kernel-lib';
import { minimise } from './regression';

const { Context, Random } = core;

/** Images [B, S, S, 1] and their classes; the caller disposes them. */
export interface ImageBatch {
  x: tf.Tensor4D;
  y: tf.Tensor1D;
}

/** Some of a set's images. */
export function imagesAt(set: data.LabelledImages, indices: readonly number[]): ImageBatch {
  const { height, width, images, labels } = set;
  const size = height * width;
  const x = Float32Array.from(indices.flatMap((i) => [...images.subarray(i * size, (i + 1) * size)]));
  return {
    x: tf.tensor4d(x, [indices.length, height, width, 1]),
    y: tf.tensor1d(indices.map((i) => labels[i]), 'int32') // prettier-ignore
  };
}

/** Images of a set drawn for a step of training. */
export function drawImages(set: data.LabelledImages, seed: number, step: number, count: number): ImageBatch {
  const next = Random.fromSeed(seed).child('images').child(step).generator();
  return imagesAt(set, Array.from({ length: count }, () => Math.floor(next() * set.count))); // prettier-ignore
}

/** Trains a classifier of images by Adam. */
export function trainClassifier(
  model: core.Module,
  batch: (step: number) => ImageBatch,
  options: { steps: number; learningRate: number; seed: number }
): void {
  const loss = (ctx: core.Context, step: number): tf.Tensor => {
    const { x, y } = batch(step);
    return ops.crossEntropy(model.apply(x, ctx) as tf.Tensor2D, y).mean();
  };
  minimise(model, loss, options);
}

/** Share of images that are classified rightly; disposes them. */
export function accuracyOf(model: core.Module, { x, y }: ImageBatch): number {
  const ctx = Context.create();
  const right = tf.tidy(() => model.apply(x, ctx).argMax(1).equal(y).mean().dataSync()[0]);
  ctx.dispose();
  tf.dispose([x, y]);
  return right;
}

/** A model of the same shape and with the same parameters, but for one option. */
export function vitWith(vit: models.VisionTransformer, options: models.VitOptions): models.VisionTransformer {
  const other = models.vit(options);
  vit.parameters().forEach(({ variable }, path) => other.parameters().get(path)!.assign(variable));
  return other;
}

/** Operations on one image, of matrix products. */
export function flopsOf(model: core.Module): number {
  return [...models.moduleFlops(model).values()].reduce<number>((sum, flops) => sum + (flops ?? NaN), 0);
}
