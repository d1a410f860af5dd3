import { tf } from '../../base/backend';
import { Context, fail, observer } from '../../base/core';
import type { RoutingRecord } from '../../base/core';
import type { PathModel } from './pathModel';

/** Choices of the model's routers for each token of `inputs` [B, N]; [T * L]. */
export function learnedPaths(model: PathModel, inputs: tf.Tensor2D): Int32Array {
  const records: RoutingRecord[] = [];
  const ctx = Context.create({ observers: [observer('routing', (record) => records.push(record))] });
  tf.tidy(() => {
    model.apply(inputs, ctx);
  });
  ctx.dispose();
  const blocks = records.length;
  const out = new Int32Array(inputs.size * blocks);
  records.forEach(({ indices }, block) => indices.forEach((choice, t) => (out[t * blocks + block] = choice)));
  return out;
}

/** Paths of the tokens before: those given, or else the routers' choices; [T * L]. */
export function referencePaths(
  where: string,
  model: PathModel,
  inputs: tf.Tensor2D,
  given = learnedPaths(model, inputs)
): Int32Array {
  const wanted = inputs.size * model.options.feedForwards.length;
  return given.length === wanted
    ? given
    : fail(where, `reference must have numTokens * numBlocks (${wanted}) choices`, given.length);
}
