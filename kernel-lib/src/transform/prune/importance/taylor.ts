import { tf } from '../../../base/backend';
import { Context, expectInteger, fail, Random } from '../../../base/core';
import type { Module } from '../../../base/core';
import type { CalibrationTask, Importance } from './importance';

export interface TaylorOptions {
  /** Batches that gradients are summed over. Default 4. */
  batches?: number;
  /** "sum" adds `|w g|` over the values of a slice, "magnitude" takes `|sum w g|`, what the loss changes by to first order. Default "magnitude". */
  gather?: 'sum' | 'magnitude';
  /** Seed of the batches. Default 0. */
  seed?: number;
}

/**
 * First-order Taylor importance (Molchanov et al., arXiv 1906.10771): gradients g of the task's loss, times the weights, by values.
 *
 * @throws {SwitchyardError} where there are no batches; when it scores, where the loss does not depend on the model, or is not finite.
 */
export function taylor<B>(task: CalibrationTask<B>, options: TaylorOptions = {}): Importance {
  const { batches = 4, gather = 'magnitude', seed = 0 } = options;
  expectInteger('prune.taylor', 'batches', batches, 1);
  const score = (model: Module): Map<string, tf.Tensor> => {
    const sums = new Map<string, tf.Tensor>();
    for (let step = 1; step <= batches; step++) {
      addTo(sums, gradientsOf(model, task, { step, seed }));
    }
    return new Map([...sums].map(([path, sum]) => [path, product(model, path, sum, gather)]));
  };
  return { kind: 'taylor', gather, score };
}

/** Gradients of the loss of a batch, by path, of the parameters that it reaches. */
function gradientsOf<B>(
  model: Module,
  task: CalibrationTask<B>,
  { step, seed }: { step: number; seed: number }
): Map<string, tf.Tensor> {
  const parameters = [...model.parameters()];
  const batch = task.batch(step, seed);
  const ctx = Context.create({ training: false, random: Random.fromSeed(seed).child(step) });
  try {
    const { value, grads } = tf.tidy(() =>
      tf.variableGrads(
        () => tf.tidy(() => task.loss(model, batch, ctx)),
        parameters.map(([, { variable }]) => variable)
      )
    );
    const [loss] = value.dataSync();
    value.dispose();
    if (!Number.isFinite(loss)) {
      tf.dispose(grads);
      fail('prune.taylor', 'the loss of a calibration batch must be finite', `${loss} of batch ${step}`);
    }
    const found = parameters.map(
      ([path, { variable }]) => [path, (grads as Partial<typeof grads>)[variable.name]] as const
    );
    return new Map(found.filter((each): each is [string, tf.Tensor] => each[1] !== undefined));
  } catch (error) {
    if (error instanceof Error && error.message.startsWith('Cannot find a connection')) {
      return fail('prune.taylor', 'the loss must depend on the model', 'one that does not');
    }
    throw error;
  } finally {
    ctx.dispose();
  }
}

function addTo(sums: Map<string, tf.Tensor>, gradients: ReadonlyMap<string, tf.Tensor>): void {
  gradients.forEach((gradient, path) => {
    const before = sums.get(path);
    sums.set(path, before === undefined ? gradient : before.add(gradient));
    if (before !== undefined) {
      tf.dispose([before, gradient]);
    }
  });
}

function product(model: Module, path: string, gradient: tf.Tensor, gather: 'sum' | 'magnitude'): tf.Tensor {
  const scored = tf.tidy(() => {
    const each = model.parameters().get(path)!.variable.mul(gradient);
    return gather === 'sum' ? each.abs() : each;
  });
  gradient.dispose();
  return scored;
}
