import type { tf } from '../../../base/backend';
import { Module } from '../../../base/core';
import type { Context, Parameter } from '../../../base/core';
import type { Router, RouterShape, Routing } from '../router';
import { project, projectionWeight } from './projection';

/** How many experts a token gets. */
interface Choices {
  /** At most, K. */
  k: number;
  /** On average; default K. */
  meanK?: number;
  /** Columns of the matrix; default E. */
  columns?: number;
}

/** A router whose logits are the product of a token with one matrix, its parameter "weight" [D, columns]. */
export abstract class LinearRouter extends Module implements Router {
  readonly numExperts: number;
  readonly k: number;
  readonly meanK: number;
  private readonly weight: Parameter;

  constructor({ width, numExperts, random }: RouterShape, { k, meanK = k, columns = numExperts }: Choices) {
    super();
    this.numExperts = numExperts;
    this.k = k;
    this.meanK = meanK;
    this.weight = this.addParameter('weight', projectionWeight(width, columns, random.child('weight')));
  }

  abstract route(x: tf.Tensor2D, ctx: Context): Routing;

  /** The probabilities of {@link route}. */
  apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    return this.route(x as tf.Tensor2D, ctx).probs;
  }

  /** Tokens [T, D] to logits [T, columns]. */
  protected score(x: tf.Tensor2D): tf.Tensor2D {
    return project(x, this.weight);
  }
}
