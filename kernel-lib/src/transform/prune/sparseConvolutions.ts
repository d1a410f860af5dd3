import { tf } from '../../base/backend';
import { fail } from '../../base/core';
import type { Module } from '../../base/core';
import { Conv2d } from '../../nn/layers';
import { packRows } from './packSparse';
import { matricesOf } from './packed';

/** Convolutions that run by sparse products, until they are stopped. */
export interface SparseConvolutions {
  /** Values that are not 0 of each kernel, by the path of its layer. */
  readonly values: ReadonlyMap<string, number>;
  /** Multiplications since it began. */
  multiplications(): number;
  /** Takes it off the model, and frees the packed kernels. Called again it does nothing. */
  stop(): void;
}

/**
 * Sparse 1 x 1 convolutions (Fast Sparse ConvNets, arXiv 1911.09723): outside of training, each runs as a product of compressed rows (`ops.sparseMatMul`), which does
 * as many multiplications as its kernel has values that are not 0, times pixels. Kernels are read when it begins.
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
    const [matrix] = matricesOf(convolution.weight);
    const packed = packRows(matrix);
    values.set(path, packed.multiplications);
    const undo = convolution.intercept((inner, x, ctx) => {
      if (ctx.training) {
        return inner(x);
      }
      multiplications += (packed.multiplications * x.size) / matrix.inputs;
      return tf.tidy(() => {
        const y = packed.multiply(x.reshape([-1, matrix.inputs]));
        const { bias } = convolution;
        return (bias === null ? y : y.add(bias.read())).reshape([...x.shape.slice(0, -1), matrix.outputs]);
      });
    });
    return () => {
      undo();
      packed.dispose();
    };
  });
  return { values, multiplications: () => multiplications, stop: () => release.splice(0).forEach((end) => end()) };
}
