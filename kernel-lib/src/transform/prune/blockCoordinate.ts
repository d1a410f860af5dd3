import { tf } from '../../base/backend';
import { expectInteger, expectNumber, fail, masksAt, Random } from '../../base/core';
import type { Module } from '../../base/core';
import { BrainSurgeon } from './brainSurgeon';
import { magnitude } from './importance';
import type { CalibrationTask, ValueImportance } from './importance';
import type { CalibrationOptions } from './importance/parts/calibration';
import { taskGradients } from './importance/parts/taskGradients';
import type { MatrixChoice } from './matrices';
import { unstructured } from './unstructured';
import type { UnstructuredReport } from './unstructured';

export interface BlockCoordinateOptions extends CalibrationOptions, MatrixChoice {
  /** Share of the values that is left, 0..1, of all parameters together. */
  density: number;
  /** Values whose masks are chosen together. Default 64. */
  blockSize?: number;
  /** Blocks that are solved, one after the other. Default 100. */
  steps?: number;
  /** Added to the diagonal of the Hessian. Default 1e-3. */
  damping?: number;
  /** Criterion of the first masks. Default `prune.magnitude({ p: 1 })`. */
  initial?: ValueImportance;
}

/** Report of `prune.blockCoordinate`. */
export interface BlockCoordinateReport extends Omit<UnstructuredReport, 'transformation'> {
  transformation: 'blockCoordinate';
  /** Surrogate of the loss: of the first masks, and after each step. */
  objective: number[];
}

/**
 * Pruning by block coordinate descent (iCBS, arXiv 2411.17796): from masks of another criterion on, a block of values at a time gets the masks that make a
 * quadratic surrogate of the loss least, with as many values left. A new model, masked; the one given stays as it is. The gradients of all batches
 * are held at once.
 *
 * @throws {SwitchyardError} where an option is out of range, or as `prune.unstructured` and `prune.taylor` do.
 */
export function blockCoordinate<M extends Module, B>(
  model: M,
  task: CalibrationTask<B>,
  options: BlockCoordinateOptions
): { model: M; report: BlockCoordinateReport } {
  const where = 'prune.blockCoordinate';
  const { density, blockSize = 64, steps = 100, damping = 1e-3, initial = magnitude({ p: 1 }) } = options;
  const { batches = 8, seed = 0, include, exclude } = options;
  expectNumber(where, 'density', density, 0, 1);
  expectInteger(where, 'blockSize', blockSize, 2);
  expectInteger(where, 'steps', steps, 1);
  expectInteger(where, 'batches', batches, 1);
  expectNumber(where, 'damping', damping, 0);
  const choice = { ...(include && { include }), ...(exclude && { exclude }) };
  const { model: pruned, report } = unstructured(model, { sparsity: 1 - density, scope: 'global', importance: initial, ...choice }); // prettier-ignore
  try {
    const masks = masksAt(pruned, Object.keys(report.density));
    const kept = joined([...masks.values()].map(({ variable }) => variable));
    const surgeon = new BrainSurgeon(valuesOf(model, masks.keys()), gradientsOf(where, model, task, { paths: [...masks.keys()], batches, seed }), kept, damping); // prettier-ignore
    const objective = [surgeon.objective];
    const random = Random.fromSeed(seed).child('blocks');
    for (let step = 0; step < steps; step++) {
      const next = random.child(step).generator();
      const block = new Set<number>();
      while (block.size < Math.min(blockSize, kept.length)) {
        block.add(Math.floor(next() * kept.length));
      }
      surgeon.solve([...block]);
      objective.push(surgeon.objective);
    }
    let at = 0;
    const shares: Record<string, number> = {};
    masks.forEach((mask, path) => {
      const own = kept.slice(at, (at += mask.variable.size));
      shares[path] = own.reduce((a, b) => a + b, 0) / own.length;
      tf.tidy(() => mask.assign(tf.tensor(own, mask.shape), path));
    });
    return { model: pruned, report: { ...report, transformation: 'blockCoordinate', density: shares, objective } };
  } catch (error) {
    pruned.dispose();
    throw error;
  }
}

function valuesOf(model: Module, paths: Iterable<string>): Float32Array {
  const parameters = model.parameters();
  return joined(Array.from(paths, (path) => parameters.get(path)!.variable));
}

function joined(tensors: readonly tf.Tensor[]): Float32Array {
  const all = new Float32Array(tensors.reduce((sum, { size }) => sum + size, 0));
  let at = 0;
  for (const tensor of tensors) {
    all.set(tensor.dataSync<'float32'>(), at);
    at += tensor.size;
  }
  return all;
}

/** Gradients of each batch, of all values one after the other. */
function gradientsOf<B>(
  where: string,
  model: Module,
  task: CalibrationTask<B>,
  { paths, batches, seed }: { paths: readonly string[]; batches: number; seed: number }
): Float32Array[] {
  return Array.from({ length: batches }, (_, i) => {
    const gradients = taskGradients(where, model, task, { step: i + 1, seed });
    try {
      return joined(paths.map((path) => gradients.get(path) ?? fail(where, 'the loss must depend on what is masked', path))); // prettier-ignore
    } finally {
      tf.dispose([...gradients.values()]);
    }
  });
}
