import { tf } from '../../../../base/backend';
import { fail } from '../../../../base/core';
import type { Module } from '../../../../base/core';
import { read } from '../../../../base/ops';
import { Bank } from '../../../../nn/experts';
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

/** Moments by the path of a parameter: one of a matrix, and of a bank [E, inputs, outputs] one of each expert, null where it saw no row. */
export type MomentsOf = Map<string, (InputMoments | null)[]>;

/**
 * Second moments of the inputs of a model's matrices on calibration data, by the path of the parameter; of a bank each expert's own, of the rows that
 * are routed to it. A matrix that no pass reaches has none.
 *
 * @param whole - Products of all pairs of inputs, instead of the squares.
 * @throws {SwitchyardError} where an input is not finite.
 */
export function inputMoments<B>(
  where: string,
  model: Module,
  of: Calibration<B>,
  { whole, only, ...options }: CalibrationOptions & Omit<MomentOptions, 'passes'>
): MomentsOf {
  return momentsDuring(where, model, { whole, only, passes: () => void eachPass(model, of, options, () => null) });
}

export interface MomentOptions {
  /** Products of all pairs of inputs, instead of the squares. */
  whole: boolean;
  /** Parameters to look at. Default: all. */
  only?: (path: string) => boolean;
  /** Lets calibration data pass the model, or the part of it that is looked at. */
  passes: () => void;
}

/**
 * The same of what passes a model in the meantime. Matrices that are given the same input share its moments, as one object.
 *
 * @throws {SwitchyardError} where an input is not finite.
 */
export function momentsDuring(where: string, model: Module, { whole, only, passes }: MomentOptions): MomentsOf {
  const found: MomentsOf = new Map();
  const sums = new SharedMoments(where, whole);
  const seen = new Set<Module>();
  const release: (() => void)[] = [];
  const note = (path: string, rows: tf.Tensor2D, at: Place): void => {
    if (only?.(path) ?? true) {
      add(found, path, sums.of(path, rows), { ...at, sums });
    }
  };
  for (const [path, module] of model.modules()) {
    if (seen.has(module)) {
      continue;
    }
    seen.add(module);
    if (multiplies(module)) {
      release.push(
        module.intercept((inner, x) => {
          note(joined(path, module.multiplies), module.multiplied(x), { copy: 0, copies: 1 });
          return inner(x);
        })
      );
    } else if (module instanceof Bank) {
      release.push(watchBank(module, (name, rows, at) => note(joined(path, name), rows, at)));
    }
  }
  try {
    passes();
  } finally {
    release.forEach((undo) => undo());
  }
  return found;
}

/** Inputs of a matrix, or of each expert's. */
export function inputsOf(copies: readonly (InputMoments | null)[]): number {
  return copies.find((each) => each !== null)!.inputs;
}

/** Paths of the parameters that modules multiply rows with: of `Linear`, `Conv2d` and banks of experts. */
export function multipliedPaths(model: Module): string[] {
  return known(model, (module) =>
    multiplies(module) ? [module.multiplies] : module instanceof Bank ? module.products : []
  );
}

/** Those of modules that multiply their input's rows, and give the products: `Linear`, `Conv2d`. */
export function linearPaths(model: Module): string[] {
  return known(model, (module) => (multiplies(module) ? [module.multiplies] : []));
}

function known(model: Module, namesOf: (module: Module) => readonly string[]): string[] {
  const parameters = model.parameters();
  const all = [...model.modules()].flatMap(([path, module]) => namesOf(module).map((name) => joined(path, name)));
  // One that is tied has its first path.
  return all.filter((path) => parameters.has(path));
}

function joined(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

/** Which of how many copies of a matrix. */
interface Place {
  copy: number;
  copies: number;
}

/** Rows of each expert that has some. */
function watchBank(bank: Bank, note: (name: string, rows: tf.Tensor2D, at: Place) => void): () => void {
  return bank.watchProducts((name, rows, offsets) => {
    const { selection, storedSize: copies } = bank.experts;
    for (let e = 0; e + 1 < offsets.length; e++) {
      const count = offsets[e + 1] - offsets[e];
      if (count > 0) {
        note(name, rows.slice([offsets[e], 0], [count, -1]), { copy: selection?.[e] ?? e, copies });
      }
    }
  });
}

function multiplies(module: Module): module is Multiplies {
  return typeof (module as Partial<Multiplies>).multiplied === 'function';
}

function add(
  found: MomentsOf,
  path: string,
  now: InputMoments,
  { copy, copies, sums }: Place & { sums: SharedMoments }
): void {
  const all = found.get(path) ?? new Array<InputMoments | null>(copies).fill(null);
  const before = all[copy];
  all[copy] = before === null ? now : sums.together(before, now);
  found.set(path, all);
}

/** Moments that are computed once for one input, whoever is given it, and added once. */
class SharedMoments {
  private readonly ofRows = new WeakMap<object, InputMoments>();
  private readonly added = new WeakMap<InputMoments, WeakMap<InputMoments, InputMoments>>();

  constructor(
    private readonly where: string,
    private readonly whole: boolean
  ) {}

  of(path: string, rows: tf.Tensor2D): InputMoments {
    const known = this.ofRows.get(rows.dataId);
    const [count, inputs] = rows.shape;
    if (known !== undefined && known.count === count && known.inputs === inputs) {
      return known;
    }
    const sums = read(() => (this.whole ? tf.matMul(rows, rows, true, false) : rows.square().sum(0))) as Float32Array;
    for (const value of sums) {
      if (!Number.isFinite(value)) {
        fail(this.where, `calibration inputs of "${path}" must be finite`, value);
      }
    }
    const moments = { count, sums, inputs };
    this.ofRows.set(rows.dataId, moments);
    return moments;
  }

  together(before: InputMoments, now: InputMoments): InputMoments {
    const known = this.added.get(before) ?? new WeakMap<InputMoments, InputMoments>();
    this.added.set(before, known);
    const sum = known.get(now) ?? {
      count: now.count + before.count,
      sums: added(now.sums, before.sums),
      inputs: now.inputs
    };
    known.set(now, sum);
    return sum;
  }
}

function added(a: Float32Array, b: Float32Array): Float32Array {
  const sums = new Float32Array(a.length);
  for (let i = 0; i < sums.length; i++) {
    sums[i] = a[i] + b[i];
  }
  return sums;
}
