import { tf } from '../../base/backend';
import { expectPathsFound, fail, matchesPath } from '../../base/core';
import type { Module, Parameter } from '../../base/core';
import { Bank } from '../../nn/experts';
import { Linear } from '../../nn/layers';
import { matricesOf, multiplyPacked } from './packed';
import type { Packed } from './packed';
import { chooseFormat } from './sparseFormats';
import type { SparseFormat } from './sparseFormats';

/** Options of `prune.sparseLinears`. */
export interface SparseLinearsOptions {
  /** Linear layers that may run so, and products of banks of experts ("experts.w1"), by path, as `core.matchesPath` reads patterns. Default: all. */
  include?: readonly string[];
}

/** Linear layers that run without their zeros, until they are stopped. */
export interface SparseLinears {
  /**
   * How each layer that runs so is stored, by its path, and each expert's matrix, by that of the bank's parameter and the expert ("experts.w1.3"); the others' products
   * are as quick whole.
   */
  readonly formats: ReadonlyMap<string, SparseFormat>;
  /** Multiplications on a row in the layers that run so, and those of their whole matrices; of a bank the mean over its experts. */
  readonly multiplications: { before: number; after: number };
  /** Bytes of the packed matrices, which the model's own stay beside. */
  readonly bytes: number;
  /** Takes it off the model, and frees the packed matrices. Called again it does nothing. */
  stop(): void;
}

/** A product that may run without zeros: one matrix, or one for each expert. */
interface Site {
  path: string;
  parameter: Parameter;
  /** Name of a matrix in the report. */
  nameOf: (matrix: number) => string;
  /** Puts packed matrices in place of the parameter's, of which null stay; gives what ends it. */
  attach: (packed: readonly (Packed | null)[]) => () => void;
}

const WHERE = 'prune.sparseLinears';

/**
 * Sparse linear layers: outside of training, each whose mask leaves whole channels, n of every m inputs, blocks or few single values is multiplied without its zeros,
 * in the way that is expected to be the quickest; where none is quicker than the dense product it stays as it is. So do the matrices of experts, each in its own way.
 * Matrices are read when it begins. Factored layers and those kept in blocks of few bits stay as they are.
 *
 * @throws {SwitchyardError} where a pattern fits no linear layer and no bank, or none that fits is quicker without its zeros.
 */
export function sparseLinears(model: Module, { include }: SparseLinearsOptions = {}): SparseLinears {
  const all = [...model.modules()].flatMap(([path, each]) => sitesOf(path, each));
  const paths = all.map(({ path }) => path);
  expectPathsFound(WHERE, 'include', include ?? [], { paths, what: 'linear layers or products of experts' });
  const formats = new Map<string, SparseFormat>();
  const owned: Packed[] = [];
  const multiplications = { before: 0, after: 0 };
  const release: (() => void)[] = [];
  const stop = (): void => {
    release.splice(0).forEach((undo) => undo());
    owned.splice(0).forEach((each) => each.dispose());
  };
  try {
    for (const { path, parameter, nameOf, attach } of all) {
      if (include !== undefined && !matchesPath(include, path)) {
        continue;
      }
      const matrices = matricesOf(parameter);
      const chosen = matrices.map(chooseFormat);
      if (chosen.every((each) => each === null)) {
        continue;
      }
      const packed = chosen.map((each) => each?.pack() ?? null);
      owned.push(...packed.filter((each) => each !== null));
      chosen.forEach((each, i) => each !== null && formats.set(nameOf(i), each.format));
      const whole = matrices[0].weights.length;
      multiplications.before += whole;
      multiplications.after += packed.reduce((sum, each) => sum + (each?.multiplications ?? whole), 0) / packed.length;
      release.push(attach(packed));
    }
  } catch (error) {
    stop();
    throw error;
  }
  if (owned.length === 0) {
    fail(WHERE, 'a linear layer must have zeros that pay', paths.join(', ').slice(0, 300) || 'no linear layer');
  }
  return { formats, multiplications, bytes: owned.reduce((sum, { bytes }) => sum + bytes, 0), stop };
}

function sitesOf(path: string, module: Module): Site[] {
  if (module instanceof Linear && module.rank === null) {
    const attach: Site['attach'] = ([packed]) => module.intercept((inner, x, ctx) => (ctx.training ? inner(x) : run(module, packed!, x))); // prettier-ignore
    return [{ path, parameter: module.weight, nameOf: () => path, attach }].filter(isWhole);
  }
  if (!(module instanceof Bank)) {
    return [];
  }
  const own = module.parameters();
  return module.products
    .map((name): Site => {
      const parameter = own.get(name)!;
      const at = path === '' ? name : `${path}.${name}`;
      const attach: Site['attach'] = (packed) =>
        module.standIn(name, (rows, plan, ctx) =>
          ctx.training || rows.size === 0
            ? null
            : multiplyPacked(rows, packed, plan, () => parameter.read() as tf.Tensor3D)
        );
      return { path: at, parameter, nameOf: (expert) => `${at}.${expert}`, attach };
    })
    .filter(isWhole);
}

/** Whether values are kept in float32, and so may have been masked. */
function isWhole({ parameter }: Site): boolean {
  return parameter.format === 'float32';
}

function run(layer: Linear, product: Packed, x: tf.Tensor): tf.Tensor {
  return tf.tidy(() => {
    const rows = product.multiply(layer.multiplied(x));
    const y = layer.bias === null ? rows : rows.add<tf.Tensor2D>(layer.bias.read());
    return y.reshape([...x.shape.slice(0, -1), rows.shape[1]]);
  });
}
