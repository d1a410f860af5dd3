import { tf } from '../../base/backend';
import { Axis, Module } from '../../base/core';
import type { Context, CostShape } from '../../base/core';
import * as ops from '../../base/ops';
import { denseWeights } from './parts/denseWeights';
import { oneHot } from './parts/oneHot';
import type { Router, RouterShape, RouterSpec, Routing, SlotRouting } from './router';
import { specs } from './specs';

/** Options of `routers.unified`. */
export interface UnifiedOptions {
  /** The router whose choices are written as two tensors. */
  router: RouterSpec;
}

/**
 * Any router as two tensors, dispatch and combine, both [T, E, S] (arXiv 2401.15969): of a sparse router, dispatch holds a
 * single 1 for each choice, at the token's place in its expert's rows, and combine the choice's weight there. It computes
 * the same function, at a cost that grows with T^2: for study, not for speed. S is what the fullest expert needs.
 */
export function unified(options: UnifiedOptions): RouterSpec {
  const router = specs.of(options.router);
  return { kind: 'unified', options: { router }, build: (shape) => new UnifiedRouter(router, shape) };
}

class UnifiedRouter extends Module implements Router {
  readonly kind = 'unified';
  readonly mixesTokens = true;
  private readonly router: Router;
  private readonly width: Axis;

  constructor(router: RouterSpec, shape: RouterShape) {
    super();
    this.width = Axis.of('width', shape.width);
    this.router = this.addChild('router', router.build({ ...shape, width: this.width }));
  }

  /** Dispatch and combine over the tokens of a pass, at an even load; a router of slots has said its own. */
  override ownFlops({ length, tokens = length }: CostShape): number {
    return this.router.mixesTokens === true ? 0 : 4 * tokens * this.meanK * this.width.size;
  }

  get numExperts(): number {
    return this.router.numExperts;
  }

  get k(): number {
    return this.router.numExperts;
  }

  get meanK(): number {
    return this.router.meanK;
  }

  /** The probabilities of {@link route}. */
  apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    return this.route(x as tf.Tensor2D, ctx).probs;
  }

  route(x: tf.Tensor2D, ctx: Context): SlotRouting {
    return toSlots(this.router.route(x, ctx.within('router')));
  }
}

function toSlots(routing: Routing): SlotRouting {
  if (routing.form === 'slots') {
    return routing;
  }
  const { numTokens, numExperts, probs, logits } = routing;
  const weights = denseWeights(routing);
  const { places, slots } = placesOf(routing);
  const dispatch = ops.withoutGradient(() => oneHot(places, slots) as tf.Tensor3D);
  const combine = dispatch.mul<tf.Tensor3D>(weights.expandDims(2));
  return { form: 'slots', numTokens, numExperts, slots, dispatch, combine, probs, logits };
}

// Row of each token in each expert, -1 where it has none, int32 [T, E], and the number of rows.
function placesOf(routing: Exclude<Routing, SlotRouting>): { places: tf.Tensor2D; slots: number } {
  const places = ops.withoutGradient(() => {
    const chosen =
      routing.form === 'dense' ? tf.onesLike(routing.weights) : oneHot(routing.indices, routing.numExperts).sum(1);
    return chosen.cumsum(0).mul(chosen).sub(1).toInt() as tf.Tensor2D;
  });
  return {
    places,
    slots: Math.max(
      1,
      tf.tidy(() => places.max().add(1).dataSync()[0])
    )
  };
}

specs.register('unified', unified);
