import { tf } from '../../base/backend';
import type { Context } from '../../base/core';
import { balancedAssignment } from '../../base/math/balancedAssignment';
import * as ops from '../../base/ops';
import { LinearRouter } from './parts/linearRouter';
import type { RouterShape, RouterSpec, SparseRouting } from './router';
import { specs } from './specs';

/**
 * BASE layer (arXiv 2103.16716): while training, tokens are assigned to experts so that none has more than `ceil(T / E)`
 * and the sum of the logits chosen is the largest there is; otherwise each goes to the expert of highest logit. One
 * expert a token, its weight the sigmoid of the logit. The assignment is solved on the host: it reads the logits once
 * more in a training pass. `routers.sinkhorn` approximates it on the device.
 */
export function base(): RouterSpec {
  return { kind: 'base', options: {}, build: (shape) => new BaseRouter(shape) };
}

class BaseRouter extends LinearRouter {
  readonly kind = 'base';

  constructor(shape: RouterShape) {
    super(shape, { k: 1 });
  }

  route(x: tf.Tensor2D, ctx: Context): SparseRouting {
    const { numExperts } = this;
    const [numTokens] = x.shape;
    const logits = this.score(x);
    const probs = tf.softmax(logits);
    const indices = ops.withoutGradient(() => (ctx.training ? assign(logits) : ops.topK(logits, 1).indices));
    const weights = ops.takeAlongRows(tf.sigmoid(logits), indices);
    return { form: 'sparse', numTokens, numExperts, k: 1, probs, logits, indices, weights };
  }
}

function assign(logits: tf.Tensor2D): tf.Tensor2D {
  const [numTokens, numExperts] = logits.shape;
  const experts = balancedAssignment(logits.dataSync<'float32'>(), numTokens, numExperts);
  return tf.tensor2d(experts, [numTokens, 1], 'int32');
}

specs.register('base', () => base());
