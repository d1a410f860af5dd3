import { tf } from '../../base/backend';
import { expectInteger, expectNumber, expectShape, fail, Module, stateKey } from '../../base/core';
import type { Context, Parameter } from '../../base/core';
import * as ops from '../../base/ops';
import type { Router, RouterShape, RouterSpec, SparseRouting } from '../routers';
import { oneHot } from '../routers/parts/oneHot';
import { project, projectFlops, projectionWeight } from '../routers/parts/projection';
import { routerAxes } from '../routers/parts/routerAxes';
import { specs } from '../routers/specs';

/** Key of the choice of each token in each block, where a pass holds them; int32 [T, L]. Routers then choose nothing themselves. */
export const PATHS = stateKey<tf.Tensor2D>('paths');

/** Options of `adaptive.PathRouter`. */
export interface PathRouterOptions {
  /** Which block it decides for: its column of {@link PATHS}. */
  block: number;
  /** Cost of each choice against the budget, 0..1: `[0, 0, 1]` counts calls of the third. */
  costs: readonly number[];
  /** Most that a token may count on average. Default 1: no limit. */
  budget?: number;
  /** Coefficient of `max(0, mean cost - budget)^2`, which keeps the budget. Default 10. */
  budgetLoss?: number;
}

/**
 * Chooses one of a block's modules for each token, or none of them (Duo-LLM, arXiv 2410.10846). While it explores, as at first, it
 * chooses at random in training, so that every module is seen. Then it learns: in training every module runs, and the
 * choice is a Gumbel softmax whose value is one-hot (arXiv 1611.01144); otherwise only the module of highest logit runs.
 * A module's output is never scaled. Where the pass holds {@link PATHS}, they say it all.
 *
 * @throws {SwitchyardError} where an option is out of range; at build, where there is not a cost for each choice.
 */
export function pathRouter(options: PathRouterOptions): RouterSpec {
  const resolved = resolvePathRouter(options);
  return { kind: 'path', options: { ...resolved }, build: (shape) => new PathRouter(resolved, shape) };
}

/** Checks the options and fills in the defaults. */
export function resolvePathRouter(options: PathRouterOptions): Required<PathRouterOptions> {
  const { block, costs, budget = 1, budgetLoss = 10 } = options;
  expectInteger('adaptive.pathRouter', 'block', block, 0);
  costs.forEach((cost) => expectNumber('adaptive.pathRouter', 'costs', cost, 0, 1));
  expectNumber('adaptive.pathRouter', 'budget', budget, 0, 1);
  expectNumber('adaptive.pathRouter', 'budgetLoss', budgetLoss, 0);
  return { block, costs, budget, budgetLoss };
}

export class PathRouter extends Module implements Router {
  readonly kind = 'path';
  readonly k = 1;
  readonly meanK = 1;
  /** Chooses at random in training. */
  exploring = true;
  private readonly weight: Parameter;

  constructor(
    private readonly options: Required<PathRouterOptions>,
    shape: RouterShape
  ) {
    super();
    const { width, experts } = routerAxes(shape);
    if (options.costs.length !== experts.size) {
      fail('adaptive.pathRouter', `there must be a cost for each of ${experts.size} choices`, options.costs.length);
    }
    experts.pin('each choice has a cost');
    this.weight = this.addParameter('weight', projectionWeight(width, experts, shape.random.child('weight')));
  }

  get numExperts(): number {
    return this.weight.axes[1].size;
  }

  override ownFlops(): number {
    return projectFlops(this.weight);
  }

  /** The probabilities of {@link route}. */
  apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    return this.route(x as tf.Tensor2D, ctx).probs;
  }

  route(x: tf.Tensor2D, ctx: Context): SparseRouting {
    const [numTokens] = x.shape;
    const paths = ctx.getState(PATHS);
    if (paths !== null) {
      return this.told(paths, numTokens);
    }
    const logits = project(x, this.weight);
    const probs = tf.softmax(logits);
    if (ctx.training && this.exploring) {
      const drawn = ops.withoutGradient(() => ctx.random.child('explore').uniform([numTokens, 1], 0, this.numExperts));
      return this.one(drawn.floor().toInt() as tf.Tensor2D, probs, logits);
    }
    return ctx.training
      ? this.learning(probs, logits, ctx)
      : this.one(
          ops.withoutGradient(() => ops.topK(logits, 1).indices),
          probs,
          logits
        );
  }

  private told(paths: tf.Tensor2D, numTokens: number): SparseRouting {
    expectShape('adaptive.pathRouter', paths, [numTokens, 'L']);
    const indices = paths.slice<tf.Tensor2D>([0, this.options.block], [-1, 1]);
    const probs = oneHot(indices.flatten(), this.numExperts) as tf.Tensor2D;
    return this.one(indices, probs, probs);
  }

  private one(indices: tf.Tensor2D, probs: tf.Tensor2D, logits: tf.Tensor2D): SparseRouting {
    const [numTokens, numExperts] = probs.shape;
    const weights = tf.ones<tf.Rank.R2>([numTokens, 1]);
    return { form: 'sparse', numTokens, numExperts, k: 1, probs, logits, indices, weights };
  }

  private learning(probs: tf.Tensor2D, logits: tf.Tensor2D, ctx: Context): SparseRouting {
    const { costs, budget, budgetLoss } = this.options;
    const [numTokens, numExperts] = probs.shape;
    const spent = probs
      .mul(tf.tensor1d([...costs]))
      .sum(1)
      .mean();
    ctx.addLoss('budget', spent.sub(budget).relu().square().mul<tf.Scalar>(budgetLoss));
    const uniform = ctx.random.child('gumbel').uniform([numTokens, numExperts], 1e-6, 1 - 1e-6);
    const soft = tf.softmax(logits.sub(uniform.log().neg().log()));
    const hard = ops.withoutGradient(() => oneHot(soft.argMax(1), numExperts));
    const weights = hard.add(soft).sub<tf.Tensor2D>(ops.stopGradient(soft));
    const indices = tf.range(0, numExperts, 1, 'int32').expandDims(0).tile<tf.Tensor2D>([numTokens, 1]);
    return { form: 'sparse', numTokens, numExperts, k: numExperts, probs, logits, indices, weights };
  }
}

/**
 * Ends the exploring of a model's path routers and makes them the only thing that is trained, as Duo-LLM does once the modules
 * are; the function returned lets everything be trained again.
 *
 * @throws {SwitchyardError} where the model has no path router.
 */
export function trainOnlyRouters(model: Module): () => void {
  const routers = [...model.modules().values()].filter((module) => module instanceof PathRouter);
  if (routers.length === 0) {
    fail('adaptive.trainOnlyRouters', 'the model must have a path router', model.kind);
  }
  const theirs = new Set(routers.flatMap((router) => [...router.parameters().values()]));
  const others = [...model.parameters().values()].filter((parameter) => !theirs.has(parameter) && parameter.trainable);
  routers.forEach((router) => (router.exploring = false));
  const release = others.map((parameter) => parameter.freeze());
  return () => release.forEach((unfreeze) => unfreeze());
}

specs.register('path', pathRouter);
