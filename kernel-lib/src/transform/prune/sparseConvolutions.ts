import { tf } from '../../base/backend';
import { fail } from '../../base/core';
import type { Module } from '../../base/core';
import { Conv2d } from '../../nn/layers';
import { compressRows, multiplySparse } from './sparseMatrix';

/** Convolutions that run by sparse products, until they are stopped. */
export interface SparseConvolutions {
  /** Values that are not 0 of each kernel, by the path of its layer. */
  readonly values: ReadonlyMap<string, number>;
  /** Multiplications since it began. */
  multiplications(): number;
  /** Takes it off the model. Called again it does nothing. */
  stop(): void;
}

/**
 * Sparse 1 x 1 convolutions (Fast Sparse ConvNets, arXiv 1911.09723): outside of training, each runs on the host as a product of compressed rows, which does as
 * many multiplications as its kernel has values that are not 0, times pixels. Kernels are read when it begins.
 *
 * @throws {SwitchyardError} where the model has no convolution of one pixel without a stride.
 */
export function sparseConvolutions(model: Module): SparseConvolutions {
  const sites = [...model.modules()].filter(
    (each): each is [string, Conv2d] => each[1] instanceof Conv2d && each[1].isPointwise
  );
  if (sites.length === 0) {
    fail('prune.sparseConvolutions', 'the model must have a 1 x 1 convolution without a stride', model.kind);
  }
  let multiplications = 0;
  const values = new Map<string, number>();
  const release = sites.map(([path, convolution]) => {
    const [kernel, bias, inputs] = tf.tidy(() => {
      const weight = convolution.weight.read();
      return [weight.dataSync<'float32'>().slice(), convolution.bias?.read().dataSync<'float32'>().slice(), weight.shape[2]!] as const; // prettier-ignore
    });
    const sparse = compressRows(kernel, inputs);
    values.set(path, sparse.values.length);
    return convolution.intercept((inner, x, ctx) => {
      if (ctx.training) {
        return inner(x);
      }
      const pixels = x.size / inputs;
      multiplications += sparse.values.length * pixels;
      return tf.tidy(() => {
        const columns = x.reshape([pixels, inputs]).transpose().dataSync<'float32'>();
        const y = tf.tensor2d(multiplySparse(sparse, columns, pixels), [sparse.outputs, pixels]).transpose();
        const out = bias === undefined ? y : y.add(tf.tensor1d(bias));
        return out.reshape([...x.shape.slice(0, -1), sparse.outputs]);
      });
    });
  });
  return { values, multiplications: () => multiplications, stop: () => release.forEach((undo) => undo()) };
}
