import { tf } from '../../base/backend';
import { Context } from '../../base/core';
import * as ops from '../../base/ops';
import { everyExpert } from '../../nn/experts/applyToAll';
import type { MoeLayer } from '../../nn/moe/layer';

/** Outputs of a layer's router and of all its experts for some tokens. */
export interface AllOutputs {
  numTokens: number;
  numExperts: number;
  /** D. */
  width: number;
  /** [T * E] */
  probs: Float32Array;
  /** [T * E] */
  logits: Float32Array;
  /** Output of every expert for every token, chosen or not; [T * E * D]. */
  outputs: Float32Array;
}

/** Runs every expert on every token [T, D], outside of training. */
export function allOutputs(layer: MoeLayer, tokens: tf.Tensor2D): AllOutputs {
  const [numTokens, width] = tokens.shape;
  const { numExperts } = layer.experts;
  const ctx = Context.create();
  try {
    return tf.tidy(() => {
      const { probs, logits } = layer.router.route(tokens, ctx.within('router'));
      const plan = ops.planDispatch(everyExpert(numTokens, numExperts), { numTokens, k: numExperts, numExperts });
      const rows = layer.experts.applyGroups(ops.dispatch(tokens, plan), plan, ctx.within('experts'));
      const read = (x: tf.Tensor): Float32Array => x.dataSync<'float32'>().slice();
      // A row for each choice t * E + e.
      const outputs = tf.gather(rows, tf.tensor1d(plan.inverse, 'int32'));
      return { numTokens, numExperts, width, probs: read(probs), logits: read(logits), outputs: read(outputs) };
    });
  } finally {
    ctx.dispose();
  }
}

/** Output of expert e for token t; [D]. */
export function outputOf({ outputs, numExperts, width }: AllOutputs, t: number, e: number): Float32Array {
  const start = (t * numExperts + e) * width;
  return outputs.subarray(start, start + width);
}
