import { tf } from '../../base/backend';
import { expectPathsFound, fail, matchesPath } from '../../base/core';
import type { Module } from '../../base/core';
import { Linear } from '../../nn/layers';
import { matrixAt } from './packed';
import type { Packed } from './packed';
import { chooseFormat } from './sparseFormats';
import type { SparseFormat } from './sparseFormats';

/** Options of `prune.sparseLinears`. */
export interface SparseLinearsOptions {
  /** Linear layers that may run so, by path, as `core.matchesPath` reads patterns. Default: all. */
  include?: readonly string[];
}

/** Linear layers that run without their zeros, until they are stopped. */
export interface SparseLinears {
  /** How each layer that runs so is stored, by its path; the others' products are as quick whole. */
  readonly formats: ReadonlyMap<string, SparseFormat>;
  /** Multiplications on a row in the layers that run so, and those of their whole matrices. */
  readonly multiplications: { before: number; after: number };
  /** Bytes of the packed matrices, which the model's own stay beside. */
  readonly bytes: number;
  /** Takes it off the model, and frees the packed matrices. Called again it does nothing. */
  stop(): void;
}

const WHERE = 'prune.sparseLinears';

/**
 * Sparse linear layers: outside of training, each whose mask leaves whole channels, n of every m inputs, blocks or few single values is multiplied without its zeros,
 * in the way that is expected to be the quickest; where none is quicker than the dense product it stays as it is. Matrices are read when it begins. Banks of experts
 * and factored layers stay as they are.
 *
 * @throws {SwitchyardError} where a pattern fits no linear layer, or none that fits is quicker without its zeros.
 */
export function sparseLinears(model: Module, { include }: SparseLinearsOptions = {}): SparseLinears {
  const all = [...model.modules()].filter((each): each is [string, Linear] => each[1] instanceof Linear && each[1].rank === null); // prettier-ignore
  const paths = all.map(([path]) => path);
  expectPathsFound(WHERE, 'include', include ?? [], { paths, what: 'linear layers' });
  const formats = new Map<string, SparseFormat>();
  const packed: Packed[] = [];
  const multiplications = { before: 0, after: 0 };
  const release: (() => void)[] = [];
  for (const [path, layer] of all.filter(([path]) => include === undefined || matchesPath(include, path))) {
    const matrix = matrixAt(WHERE, layer, 'weight');
    const chosen = chooseFormat(matrix);
    if (chosen === null) {
      continue;
    }
    const product = chosen.pack();
    packed.push(product);
    formats.set(path, chosen.format);
    multiplications.before += matrix.weights.length;
    multiplications.after += product.multiplications;
    release.push(layer.intercept((inner, x, ctx) => (ctx.training ? inner(x) : run(layer, product, x))));
  }
  if (packed.length === 0) {
    fail(WHERE, 'a linear layer must have zeros that pay', paths.join(', ').slice(0, 300) || 'no linear layer');
  }
  return {
    ...{ formats, multiplications, bytes: packed.reduce((sum, { bytes }) => sum + bytes, 0) },
    stop: () => {
      release.splice(0).forEach((undo) => undo());
      packed.splice(0).forEach((each) => each.dispose());
    }
  };
}

function run(layer: Linear, product: Packed, x: tf.Tensor): tf.Tensor {
  return tf.tidy(() => {
    const rows = product.multiply(layer.multiplied(x));
    const y = layer.bias === null ? rows : rows.add<tf.Tensor2D>(layer.bias.read());
    return y.reshape([...x.shape.slice(0, -1), rows.shape[1]]);
  });
}
