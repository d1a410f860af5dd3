import { tf } from '../../../../base/backend';
import { fail } from '../../../../base/core';
import type { Module } from '../../../../base/core';
import { read } from '../../../../base/ops';
import { eachPass } from './calibration';
import type { Calibration, CalibrationOptions } from './calibration';

/** A module that multiplies the rows of its input with a parameter of its own: `Linear`, `Conv2d`. */
export interface Multiplies extends Module {
  /** Rows of an input that it multiplies with the parameter, whose last dimension are the outputs; [R, inputs]. */
  multiplied(x: tf.Tensor): tf.Tensor2D;
  /** Name of that parameter. */
  readonly multiplies: string;
}

/** Second moments of what a matrix is multiplied with. */
export interface InputMoments {
  /** Rows seen, N. */
  count: number;
  /** Sum over rows of x_j^2, or of x_i x_j: [inputs], or [inputs, inputs]. */
  sums: Float32Array;
  inputs: number;
}

/**
 * Second moments of the inputs of a model's matrices on calibration data, by the path of the parameter. A matrix that no pass reaches has none.
 *
 * @param whole - Products of all pairs of inputs, instead of the squares.
 * @throws {SwitchyardError} where an input is not finite.
 */
export function inputMoments<B>(
  where: string,
  model: Module,
  of: Calibration<B>,
  { whole, only, ...options }: CalibrationOptions & { whole: boolean; only?: (path: string) => boolean }
): Map<string, InputMoments> {
  const found = new Map<string, InputMoments>();
  const seen = new Set<Module>();
  const release: (() => void)[] = [];
  for (const [path, module] of model.modules()) {
    if (!seen.has(module) && multiplies(module)) {
      seen.add(module);
      release.push(
        module.intercept((inner, x) => {
          const parameter = pathOf(path, module);
          if (only?.(parameter) ?? true) {
            add(where, found, parameter, { rows: module.multiplied(x), whole });
          }
          return inner(x);
        })
      );
    }
  }
  try {
    eachPass(model, of, options, () => null);
  } finally {
    release.forEach((undo) => undo());
  }
  return found;
}

/** Paths of the parameters that modules multiply their input's rows with. */
export function multipliedPaths(model: Module): string[] {
  const all = [...model.modules()].flatMap(([path, module]) => (multiplies(module) ? [pathOf(path, module)] : []));
  // One that is tied has its first path.
  return all.filter((path) => model.parameters().has(path));
}

function pathOf(path: string, module: Multiplies): string {
  return path === '' ? module.multiplies : `${path}.${module.multiplies}`;
}

function multiplies(module: Module): module is Multiplies {
  return typeof (module as Partial<Multiplies>).multiplied === 'function';
}

function add(
  where: string,
  found: Map<string, InputMoments>,
  path: string,
  { rows, whole }: { rows: tf.Tensor2D; whole: boolean }
): void {
  const [count, inputs] = rows.shape;
  const sums = read(() => (whole ? tf.matMul(rows, rows, true, false) : rows.square().sum(0))) as Float32Array;
  const wrong = sums.find((value) => !Number.isFinite(value));
  if (wrong !== undefined) {
    fail(where, `calibration inputs of "${path}" must be finite`, wrong);
  }
  const before = found.get(path);
  found.set(path, {
    count: count + (before?.count ?? 0),
    sums: before === undefined ? sums : sums.map((value, i) => value + before.sums[i]),
    inputs
  });
}
