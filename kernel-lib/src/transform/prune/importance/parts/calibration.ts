import { tf } from '../../../../base/backend';
import { Context, expectInteger, fail, Random } from '../../../../base/core';
import type { Module, Observer } from '../../../../base/core';

/** Calibration data with gradients: a task of `train.tasks`, or anything with its batches and its loss. */
export interface CalibrationTask<B = unknown> {
  /** The task on this model. Default: as it is. */
  on?(model: Module): CalibrationTask<B>;
  batch(step: number, seed: number): B;
  /** A scalar, or several by name, which are added. */
  loss(model: Module, batch: B, ctx: Context): tf.Tensor | Readonly<Record<string, tf.Tensor>>;
}

/** Calibration data of criteria that need no gradients: inputs of the model, each of one pass, or a task. */
export type Calibration<B = unknown> = tf.Tensor | readonly tf.Tensor[] | CalibrationTask<B>;

/** How much of a task is calibrated on. */
export interface CalibrationOptions {
  /** Batches of a task. Default 4. */
  batches?: number;
  /** Seed of a task's batches. Default 0. */
  seed?: number;
}

/** @throws {SwitchyardError} where an option is out of range, or there are no inputs. */
export function checkCalibration<B>(
  where: string,
  of: Calibration<B>,
  { batches = 4, seed = 0 }: CalibrationOptions
): void {
  expectInteger(where, 'batches', batches, 1);
  expectInteger(where, 'seed', seed, 0, Number.MAX_SAFE_INTEGER);
  const isTask = typeof (of as Partial<CalibrationTask>)?.batch === 'function';
  const tensors = of instanceof tf.Tensor ? [of] : Array.isArray(of) ? (of as tf.Tensor[]) : [];
  if (!isTask && (tensors.length === 0 || !tensors.every((each) => each instanceof tf.Tensor))) {
    fail(where, 'calibration must be inputs of the model, a tensor or several, or a task', Array.isArray(of) ? 'none' : typeof of); // prettier-ignore
  }
}

/** @throws {SwitchyardError} where a criterion that needs a loss was given no task. */
export function expectTask<B>(where: string, task: CalibrationTask<B>): void {
  const { batch, loss } = (task ?? {}) as Partial<CalibrationTask<B>>;
  if (typeof batch !== 'function' || typeof loss !== 'function') {
    fail(where, 'calibration must be a task, with batches and a loss', task instanceof tf.Tensor ? 'a tensor' : typeof task); // prettier-ignore
  }
}

/** Thrown within a pass of `eachPass` by who has seen enough of it: the pass ends there, and counts as one that gave nothing. */
export class PassEnded extends Error {}

/** Runs a model on calibration data, outside of training, and gives what `visit` makes of each pass that comes to its end, in a tidy. */
export function eachPass<B, T>(
  model: Module,
  of: Calibration<B>,
  { batches = 4, seed = 0, observers = [] }: CalibrationOptions & { observers?: readonly Observer[] },
  visit: (result: tf.Tensor) => T
): T[] {
  const run = (f: (ctx: Context) => tf.Tensor, step: number): T[] => {
    const ctx = Context.create({ random: Random.fromSeed(seed).child(step), observers });
    try {
      let seen: T | undefined;
      tf.tidy(() => void (seen = visit(f(ctx))));
      return [seen!];
    } catch (error) {
      if (error instanceof PassEnded) {
        return [];
      }
      throw error;
    } finally {
      ctx.dispose();
    }
  };
  if (of instanceof tf.Tensor || Array.isArray(of)) {
    const inputs = of instanceof tf.Tensor ? [of] : (of as readonly tf.Tensor[]);
    return inputs.flatMap((x, i) => run((ctx) => model.apply(x, ctx), i + 1));
  }
  const given = of as CalibrationTask<B>;
  const task = given.on?.(model) ?? given;
  return Array.from({ length: batches }, (_, i) => i + 1).flatMap((step) => {
    const batch = task.batch(step, seed);
    return run((ctx) => totalLoss(task.loss(model, batch, ctx)), step);
  });
}

/** A task's loss as one. */
export function totalLoss(loss: ReturnType<CalibrationTask['loss']>): tf.Scalar {
  return (loss instanceof tf.Tensor ? loss : tf.addN(Object.values(loss))).asScalar();
}
