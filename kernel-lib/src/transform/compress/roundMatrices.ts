import { tf } from '../../base/backend';
import type { Module } from '../../base/core';
import { copyModel } from '../../models/copyModel';
import type { TransformReport } from '../moe/report';
import { expectFinite } from './quantizer';

/** A report on a model whose matrices hold fewer different values than before, and what is told of each by path. */
export interface RoundedReport<Told> extends TransformReport {
  /** Values are stored as numbers again, of which there are as few as codes: the model computes what codes would, at no other speed. */
  mode: 'rounded';
  /** Bytes of the model's values, and of what would be stored instead. */
  bytes: { before: number; after: number };
  matrices: Record<string, Told>;
}

/** A matrix in other values, what these would take, and what is told of it. */
export interface RoundedMatrix<Told> {
  rounded: tf.Tensor;
  bytes: number;
  told: Told;
}

/**
 * A copy of a model with these matrices in other values, made one by one in a tidy; the error of each is its squared error over its squared norm.
 *
 * @throws {SwitchyardError} where a value is not finite, and whatever `round` throws; the model given stays.
 */
export function roundMatrices<M extends Module, Told extends object>(
  where: string,
  model: M,
  paths: readonly string[],
  {
    transformation,
    round
  }: { transformation: string; round: (value: tf.Variable, path: string) => RoundedMatrix<Told> }
): { model: M; report: RoundedReport<Told & { error: number }> } {
  const copy = copyModel(model);
  try {
    const matrices: Record<string, Told & { error: number }> = {};
    const { bytes: before } = model.cost({ length: 1 });
    let after = before;
    const parameters = copy.parameters();
    for (const path of paths) {
      const parameter = parameters.get(path)!;
      const { variable } = parameter;
      expectFinite(where, path, variable);
      tf.tidy(() => {
        const { rounded, bytes, told } = round(variable, path);
        const [lost, norm] = [rounded.sub(variable), variable].map((each) => each.square().sum().dataSync()[0]);
        matrices[path] = { ...told, error: norm === 0 ? 0 : lost / norm };
        after += bytes - 4 * variable.size;
        parameter.assign(rounded, path);
      });
    }
    const count = model.countParameters();
    const parametersOf = { before: count, after: count };
    return {
      model: copy,
      report: { transformation, mode: 'rounded', parameters: parametersOf, bytes: { before, after }, matrices }
    };
  } catch (error) {
    copy.dispose();
    throw error;
  }
}
