import { tf } from '../../base/backend';
import { axesOf, expectInteger, expectNumber, fail, masksAt, shrink } from '../../base/core';
import type { Axis, Module } from '../../base/core';
import { copyModel } from '../../models/copyModel';
import type { TransformReport } from '../moe/report';
import { arrangeGroups } from './arrangeGroups';
import { keptOfGroup } from './keptOfGroup';
import type { Weights } from './keptOfGroup';
import { chosenMatrices } from './matrices';
import type { MatrixChoice } from './matrices';

export interface GroupPatternOptions extends MatrixChoice {
  /** Share of the inputs that each group of outputs loses, 0..1. */
  sparsity: number;
  /** Outputs, one after the other, that lose the same inputs; it divides the outputs. Default 4. */
  groupSize?: number;
  /** Puts hidden units and channels in another order first, in which groups keep more; the model computes the same. Default true. */
  rearrange?: boolean;
}

export interface GroupPatternReport extends TransformReport {
  mode: 'mask';
  /** By path: sum of the sizes of all values, of those that are left, and of those that would be in the order that units had. */
  sizes: Record<string, { all: number; kept: number; keptInOrder: number }>;
}

/**
 * Group sparsity (SparseByteNN, arXiv 2310.19509): outputs of a matrix go in groups, and those of one lose the same inputs, those of least size together; finer than
 * whole channels, and packed matrices of it are dense (`prune.packGroups`). A new model, masked. Kernels of convolutions are matrices of all that is under
 * them. Units are rearranged by exchanges of two, each of which makes what is kept more.
 *
 * @throws {SwitchyardError} where an option is out of range, a group does not divide the outputs, or as `prune.unstructured` does.
 */
export function groupPattern<M extends Module>(
  model: M,
  options: GroupPatternOptions
): { model: M; report: GroupPatternReport } {
  const { sparsity, groupSize = 4, rearrange = true, ...choice } = options;
  expectNumber(WHERE, 'sparsity', sparsity, 0, 1);
  expectInteger(WHERE, 'groupSize', groupSize, 1);
  const paths = chosenMatrices(WHERE, model, choice);
  const weights = (of: Module) => new Map(paths.map((path) => [path, weightsAt(of, path, groupSize)]));
  const limits = { sparsity, groupSize };
  const before = weights(model);
  const masked = copyModel(model);
  try {
    if (rearrange) {
      rearrangeUnits(masked, before, limits);
    }
    const sizes: GroupPatternReport['sizes'] = {};
    const after = weights(masked);
    masksAt(masked, paths).forEach((mask, path) => {
      const { values, outputs } = after.get(path)!;
      const kept = new Float32Array(values.length);
      eachGroup(after.get(path)!, limits, (inputs, first) =>
        inputs.forEach((input) => kept.fill(1, input * outputs + first, input * outputs + first + groupSize))
      );
      tf.tidy(() => mask.assign(tf.tensor(kept, mask.shape), path));
      const all = values.reduce((sum, value) => sum + Math.abs(value), 0);
      sizes[path] = { all, kept: keptSize(after.get(path)!, limits), keptInOrder: keptSize(before.get(path)!, limits) };
    });
    const count = model.countParameters();
    return { model: masked, report: { transformation: 'groupPattern', mode: 'mask', parameters: { before: count, after: count }, sizes } }; // prettier-ignore
  } catch (error) {
    masked.dispose();
    throw error;
  }
}

const WHERE = 'prune.groupPattern';

interface Limits {
  sparsity: number;
  groupSize: number;
}

/** Values of a matrix as they are read, kernels as [all under them, outputs]. */
function weightsAt(model: Module, path: string, groupSize: number): Weights {
  const parameter = model.parameters().get(path)!;
  const values = tf.tidy(() => parameter.read().dataSync<'float32'>().slice());
  const { axes } = parameter;
  const outputs = axes.at(-1)!.size;
  if (axes.length === 3 || axes.some(({ selection }) => selection !== null)) {
    fail(WHERE, `"${path}" must be a whole matrix or a kernel, without cuts that are masks`, axes.map(({ name }) => name).join(' x ')); // prettier-ignore
  }
  if (outputs % groupSize !== 0) {
    fail(WHERE, `groupSize must divide the outputs of "${path}" (${outputs})`, groupSize);
  }
  return { values, outputs };
}

function eachGroup(
  weights: Weights,
  { sparsity, groupSize }: Limits,
  visit: (inputs: number[], first: number) => void
): void {
  // prettier-ignore
  for (let first = 0; first < weights.outputs; first += groupSize) {
    const group = Array.from({ length: groupSize }, (_, i) => first + i);
    visit(keptOfGroup(weights, group, sparsity).inputs, first);
  }
}

function keptSize(weights: Weights, limits: Limits): number {
  let size = 0;
  eachGroup(weights, limits, (inputs, first) =>
    inputs.forEach((input) => {
      for (let i = 0; i < limits.groupSize; i++) {
        size += Math.abs(weights.values[input * weights.outputs + first + i]);
      }
    })
  );
  return size;
}

/** Puts the positions of axes that are outputs of matrices in an order of more that is kept. */
function rearrangeUnits(model: Module, weights: ReadonlyMap<string, Weights>, { sparsity, groupSize }: Limits): void {
  const parameters = model.parameters();
  const units = new Map<Axis, Weights[]>();
  weights.forEach((each, path) => {
    const axis = parameters.get(path)!.axes.at(-1)!;
    if (axis.symbols()[0] === axis && axis.pinned === null) {
      units.set(axis, [...(units.get(axis) ?? []), each]);
    }
  });
  const known = new Set([...axesOf(model).values()].map(({ axis }) => axis));
  units.forEach((matrices, axis) => known.has(axis) && axis.keep(arrangeGroups(matrices, { size: axis.size, groupSize, sparsity }))); // prettier-ignore
  shrink(model);
}
