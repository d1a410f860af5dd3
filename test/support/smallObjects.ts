import { core, tf } from '@switchyard/kernel-lib';
import type { ImageBatch } from './images';

const { Random } = core;

const SIDE = 6; // patches
const SIZE = 2 * SIDE;
/** A vision transformer of images with a small object. */
export const TOY = { imageSize: SIZE, patchSize: 2, classes: 4, layers: 3, width: 16, heads: 2, hidden: 32 };
/** Half of the operations. */
export const HALF = { keepRate: 0.48, layers: [0, 1] };

// An object of 2 x 2 patches is one of four textures.
const TEXTURES = ['1010101010101010', '1111000011110000', '1010010110100101', '1111111111111111'];

export interface ToyBatch extends ImageBatch {
  /** The patches of each image's object. */
  objects: number[][];
}

/** Images with an object somewhere in noise, and which of four it is. */
export function toy(seed: number, step: number, count: number): ToyBatch {
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
