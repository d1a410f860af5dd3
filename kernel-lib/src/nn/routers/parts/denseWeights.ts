import { type tf } from '../../../base/backend';
import * as ops from '../../../base/ops';
import type { Routing } from '../router';
import { oneHot } from './oneHot';

/** The weight of each expert for each token, 0 where it was not chosen; differentiable; [T, E]. */
export function denseWeights(routing: Routing): tf.Tensor2D {
  switch (routing.form) {
    case 'dense':
      return routing.weights;
    case 'slots':
      return routing.combine.sum(2);
    case 'sparse': {
      const chosen = ops.withoutGradient(() => oneHot(routing.indices, routing.numExperts));
      return chosen.mul(routing.weights.expandDims(2)).sum(1);
    }
  }
}
