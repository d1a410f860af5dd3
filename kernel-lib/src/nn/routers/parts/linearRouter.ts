import type { tf } from '../../../base/backend';
import { Module } from '../../../base/core';
import type { Axis, Context, CostShape, Parameter } from '../../../base/core';
import type { Router, RouterShape, Routing } from '../router';
import { project, projectFlops, projectionWeight } from './projection';
import { routerAxes } from './routerAxes';

/** How many experts a token gets. */
interface Choices {
  /** At most, K; "all" is E. */
  k: number | 'all';
  /** On average; default K. */
  meanK?: number;
  /** Columns of the matrix, made of the experts' axis; default E. */
  columns?: (experts: Axis) => Axis;
}

/** A router whose logits are the product of a token with one matrix, its parameter "weight" [D, columns]. */
export abstract class LinearRouter extends Module implements Router {
  protected readonly weight: Parameter;
  private readonly experts: Axis;
  private readonly choices: Choices;

  constructor(shape: RouterShape, choices: Choices) {
    super();
    const { width, experts } = routerAxes(shape);
    this.experts = experts;
    this.choices = choices;
    const columns = choices.columns?.(experts) ?? experts;
    this.weight = this.addParameter('weight', projectionWeight(width, columns, shape.random.child('weight')));
  }

  get numExperts(): number {
    return this.experts.size;
  }

  get k(): number {
    const { k } = this.choices;
    return k === 'all' ? this.numExperts : Math.min(k, this.numExperts);
  }

  get meanK(): number {
    return Math.min(this.choices.meanK ?? this.k, this.numExperts);
  }

  override ownFlops(_shape: CostShape): number {
    return projectFlops(this.weight);
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
