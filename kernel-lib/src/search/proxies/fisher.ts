import { tf } from '../../base/backend';
import { batchGradients } from './proxy';
import type { Proxy, ProxyOptions } from './proxy';

/** Layers whose outputs are activations. */
const KINDS = new Set(['linear', 'conv2d']);

/**
 * Fisher information as a score of networks (arXiv 1801.05787, 2101.08134): for the outputs of linear maps and convolutions, a = [B, ..., C] with the
 * gradient g of the batch's loss, half the mean over the batch of (the sum over positions of a g) squared, over all channels and layers; of several
 * batches the mean.
 */
export function fisher(options: ProxyOptions): Proxy {
  return {
    kind: 'fisher',
    score(model) {
      const score = { sum: 0 };
      const taken = [...model.modules().values()]
        .filter(({ kind }) => KINDS.has(kind))
        .map((module) => module.intercept((inner, x) => observed(inner(x), score)));
      try {
        const { gradients } = batchGradients('nas.proxies.fisher', model, options);
        return score.sum / gradients.length;
      } finally {
        taken.forEach((remove) => remove());
      }
    }
  };
}

/** The same activations, whose gradient is taken note of on its way back. */
function observed(activations: tf.Tensor, score: { sum: number }): tf.Tensor {
  const pass = tf.customGrad((a, save) => {
    (save as (tensors: tf.Tensor[]) => void)([a as tf.Tensor]);
    return {
      value: (a as tf.Tensor).clone(),
      gradFunc: (dy: tf.Tensor, [saved]: tf.Tensor[]) => {
        score.sum += tf.tidy(() => information(saved, dy));
        return dy.clone();
      }
    };
  });
  return pass(activations);
}

function information(a: tf.Tensor, g: tf.Tensor): number {
  const [batch, channels] = [a.shape[0] ?? 1, a.shape.at(-1) ?? 1];
  const perChannel = a.mul(g).reshape([batch, -1, channels]).sum(1);
  return 0.5 * perChannel.square().mean(0).sum().dataSync()[0];
}
