import { tf } from '../../base/backend';
import { expectInteger, fail, showShape } from '../../base/core';
import type { Module, Parameter } from '../../base/core';

/** Options of `train.muP`. */
export interface MuPOptions<M extends Module> {
  /** Builds the model at a width: `(width) => models.moeTransformer({ width, ... })`. */
  build: (width: number) => M;
  /** Width of the model asked for. */
  width: number;
  /** Width at which the model starts as it is built, and learns at the rates that are tuned there. */
  baseWidth: number;
}

/**
 * Class of a parameter as the width grows. "hidden": both of its sides grow; "output": only its input (the head, a
 * router); "input": only its output (embeddings, norms, biases); "fixed": neither.
 */
export type MuPRole = 'hidden' | 'output' | 'input' | 'fixed';

/** Change that was made to a parameter. */
export interface MuPParameter {
  role: MuPRole;
  /** Factor of its learning rate. */
  rate: number;
  /** Factor of its initial values. */
  scale: number;
}

/**
 * A model in maximal-update parameterisation for Adam (arXiv 2203.03466, table 8; for mixtures of experts arXiv 2508.09752): at
 * every width features learn alike, so the best learning rate of a narrow model is that of a wide one. With m the ratio of
 * widths, from what the model starts with at `baseWidth`: "hidden" has deviation times m^(-1/2) and rate 1 / m, "output",
 * to which routers belong, 1 / m and 1 / m; "input" stays. Hand `rates` to `train.fit`.
 *
 * Heads of attention must be of one width at all widths of the model, and the number of experts and of choices the same.
 *
 * @throws {SwitchyardError} where the models at the two widths do not have the same parameters.
 */
export function muP<M extends Module>(
  options: MuPOptions<M>
): { model: M; rates: ReadonlyMap<string, number>; report: Readonly<Record<string, MuPParameter>> } {
  const { build, width, baseWidth } = options;
  expectInteger('train.muP', 'width', width, 1);
  expectInteger('train.muP', 'baseWidth', baseWidth, 1);
  const base = build(baseWidth);
  const model = build(width);
  try {
    const before = base.parameters();
    const entries = [...model.parameters()].map(([path, parameter]): [string, MuPParameter] => {
      const atBase = before.get(path) ?? fail('train.muP', 'both widths must have the parameter', path);
      return [path, place(path, parameter, atBase)];
    });
    const rates = new Map(entries.map(([path, { rate }]) => [path, rate]));
    return { model, rates, report: Object.fromEntries(entries) };
  } catch (error) {
    model.dispose();
    throw error;
  } finally {
    base.dispose();
  }
}

/** Gives a parameter its initial deviation. */
function place(path: string, parameter: Parameter, base: Parameter): MuPParameter {
  const { role, ratio } = roleOf(path, parameter.shape, base.shape);
  const growth = { hidden: ratio ** -0.5, output: 1 / ratio, input: 1, fixed: 1 }[role];
  const rate = role === 'hidden' || role === 'output' ? 1 / ratio : 1;
  const scale = tf.tidy(() => {
    const size = (value: tf.Tensor): number => value.square().mean().sqrt().dataSync()[0];
    const own = size(parameter.variable);
    const wanted = own === 0 ? 1 : (size(base.variable) * growth) / own;
    parameter.assign(parameter.variable.mul(wanted));
    return wanted;
  });
  return { role, rate, scale };
}

// Matrices are [..., in, out]; what stands before counts copies, as experts.
function roleOf(path: string, shape: number[], base: number[]): { role: MuPRole; ratio: number } {
  const copies = Math.max(0, shape.length - 2);
  if (shape.length !== base.length || shape.some((size, axis) => axis < copies && size !== base[axis])) {
    fail('train.muP', `${path} must differ in its last two axes only from ${showShape(base)}`, showShape(shape));
  }
  const grows = shape.map((size, axis) => size !== base[axis]);
  const [input, output] = shape.length < 2 ? [false, grows[0] ?? false] : grows.slice(-2);
  const ratio = input ? shape[shape.length - 2] / base[base.length - 2] : 1;
  return { role: input ? (output ? 'hidden' : 'output') : output ? 'input' : 'fixed', ratio };
}
