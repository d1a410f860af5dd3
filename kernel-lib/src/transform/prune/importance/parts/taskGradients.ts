import { tf } from '../../../../base/backend';
import { Context, fail, Random } from '../../../../base/core';
import type { Module } from '../../../../base/core';
import { totalLoss } from './calibration';
import type { CalibrationTask } from './calibration';

/** Gradients of the loss of a batch, by path, of the parameters that it reaches, in their stored shapes. The caller disposes them. */
export function taskGradients<B>(
  where: string,
  model: Module,
  given: CalibrationTask<B>,
  { step, seed }: { step: number; seed: number }
): Map<string, tf.Tensor> {
  const task = given.on?.(model) ?? given;
  const parameters = [...model.parameters()];
  const batch = task.batch(step, seed);
  const ctx = Context.create({ training: false, random: Random.fromSeed(seed).child(step) });
  try {
    const { value, grads } = tf.tidy(() =>
      tf.variableGrads(
        () => tf.tidy(() => totalLoss(task.loss(model, batch, ctx))),
        parameters.map(([, { variable }]) => variable)
      )
    );
    const [loss] = value.dataSync();
    value.dispose();
    if (!Number.isFinite(loss)) {
      tf.dispose(grads);
      fail(where, 'the loss of a calibration batch must be finite', `${loss} of batch ${step}`);
    }
    const found = parameters.map(
      ([path, { variable }]) => [path, (grads as Partial<typeof grads>)[variable.name]] as const
    );
    return new Map(found.filter((each): each is [string, tf.Tensor] => each[1] !== undefined));
  } catch (error) {
    if (error instanceof Error && error.message.startsWith('Cannot find a connection')) {
      return fail(where, 'the loss must depend on the model', 'one that does not');
    }
    throw error;
  } finally {
    ctx.dispose();
  }
}

/** Sum over batches of what `of` makes of each gradient. The caller disposes it. */
export function sumOfGradients<B>(
  where: string,
  model: Module,
  task: CalibrationTask<B>,
  { batches, seed, of }: { batches: number; seed: number; of: (gradient: tf.Tensor) => tf.Tensor }
): Map<string, tf.Tensor> {
  const sums = new Map<string, tf.Tensor>();
  for (let step = 1; step <= batches; step++) {
    taskGradients(where, model, task, { step, seed }).forEach((gradient, path) => {
      const before = sums.get(path);
      sums.set(
        path,
        tf.tidy(() => (before === undefined ? of(gradient).clone() : before.add(of(gradient))))
      );
      tf.dispose([gradient, ...(before === undefined ? [] : [before])]);
    });
  }
  return sums;
}
