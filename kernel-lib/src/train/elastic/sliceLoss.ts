import { tf } from '../../base/backend';
import { stateKey } from '../../base/core';
import type { Buffer, Context, Module } from '../../base/core';
import { BatchNorm } from '../../nn/layers';
import type { Subnet } from '../../transform/elastic';
import type { Task } from '../tasks/task';

export interface SliceLoss {
  /** The task's loss of the slice, its parts added. */
  loss: tf.Scalar;
  /** Output of the module that a teacher is met at; kept with the pass. */
  output: tf.Tensor;
  /** Input of the model. */
  input: tf.Tensor;
}

/**
 * Loss of a batch by a slice, in a pass of its own beside `ctx`; auxiliary losses, times `share`, and deferred changes join those of `ctx`. Running
 * statistics of batch norms stay those of the whole model: a slice's are measured (`calibration`).
 */
export function sliceLoss<B>(
  task: Task<B>,
  slice: Subnet,
  batch: B,
  { ctx, name, share, isWhole, at }: { ctx: Context; name: string; share: number; isWhole: boolean; at: string }
): SliceLoss {
  const scope = ctx.fork(name, isWhole);
  const seen: tf.Tensor[] = [];
  const read: tf.Tensor[] = [];
  const { model } = slice;
  const release = [
    model.intercept((inner, x) => {
      read.push(keptWith(scope, `${name}/input`, x));
      return inner(x);
    }),
    model
      .modules()
      .get(at)!
      .intercept((inner, x) => {
        const y = inner(x);
        seen.push(keptWith(scope, `${name}/output`, y));
        return y;
      })
  ];
  try {
    const losses = slice.run(() => task.loss(model, batch, scope));
    const loss = losses instanceof tf.Tensor ? losses : tf.addN(Object.values(losses));
    scope.losses.forEach((each, key) => ctx.addLoss(`${name}/${key}`, each.mul(share)));
    ctx.afterPass(() => slice.run(() => (isWhole ? scope.finish() : withoutStatistics(model, () => scope.finish()))));
    return { loss, output: seen[0], input: read[0] };
  } finally {
    release.forEach((undo) => undo());
  }
}

/** A tensor for as long as the pass lives, with its gradient. */
function keptWith(ctx: Context, name: string, x: tf.Tensor): tf.Tensor {
  const kept = x.clone();
  ctx.setState(stateKey(`elastic/${name}`), kept);
  return kept;
}

function withoutStatistics(model: Module, f: () => void): void {
  const buffers = model.buffers();
  const running = [...model.modules()].flatMap(([path, module]): Buffer[] =>
    module instanceof BatchNorm ? ['mean', 'variance'].map((name) => buffers.get(`${path}.${name}`)!) : []
  );
  const before = running.map(({ variable }) => variable.clone());
  f();
  running.forEach((buffer, i) => buffer.assign(before[i]));
  tf.dispose(before);
}
