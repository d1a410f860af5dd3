import { tf } from '../../base/backend';
import { Axis, Buffer, expectInteger, expectNumber, expectOneOf, fail, Module } from '../../base/core';
import type { Context } from '../../base/core';
import * as ops from '../../base/ops';
import { denseWeights } from './parts/denseWeights';
import { oneHot } from './parts/oneHot';
import { routerAxes } from './parts/routerAxes';
import { sparsify } from './parts/sparsify';
import type { Router, RouterShape, RouterSpec, SparseRouting } from './router';
import { specs } from './specs';

/**
 * How weights move towards those of the neighbours: "kernel", to the mean of the neighbours' weights; "modeFinding", to the
 * mean over neighbours in the space of weights, found anew each step; "ngd", down the gradient of the neighbours' loss.
 */
export type RerouteStrategy = 'kernel' | 'modeFinding' | 'ngd';

const STRATEGIES: readonly RerouteStrategy[] = ['kernel', 'modeFinding', 'ngd'];

/** Samples that the model predicts well, and how they were routed. */
export interface RerouteReferences {
  /** Rows that were routed, [N, D]. */
  tokens: readonly (readonly number[])[];
  /** Weight of each expert, N rows of E. */
  weights: readonly (readonly number[])[];
}

/** Options of `routers.testTimeReroute`. */
export interface TestTimeRerouteOptions {
  /** The router that was trained; sparse or dense. */
  router: RouterSpec;
  references: RerouteReferences;
  /** Default "kernel". */
  strategy?: RerouteStrategy;
  /** References that count, the nearest. Default 5. */
  neighbours?: number;
  /** Default 10; 0 leaves the routing as it is. */
  steps?: number;
  /** Share of the way that a step goes, or size of a gradient step. Default 0.2. */
  rate?: number;
  /** Width of the Gaussian kernel over distances between tokens (for "modeFinding", between weights). Default 1. */
  bandwidth?: number;
  /** For "ngd": the loss of reference `indices[m]` when routed with `weights` row m; int32 [M], [M, E] to [M]. */
  loss?: ((indices: tf.Tensor1D, weights: tf.Tensor2D) => tf.Tensor1D) | null;
}

/**
 * Re-routing at test time (R2-T2, arXiv 2502.20395): outside training, each token's weights move towards those of
 * reference samples near it. No parameter changes. The weights stay a distribution, of which the K largest are used.
 *
 * @throws {SwitchyardError} where an option is out of range; at build, where the references do not fit D and E.
 */
export function testTimeReroute(options: TestTimeRerouteOptions): RouterSpec {
  const router = specs.of(options.router);
  const { references, strategy = 'kernel', neighbours = 5, steps = 10 } = options;
  const { rate = 0.2, bandwidth = 1, loss = null } = options;
  const where = 'routers.testTimeReroute';
  expectOneOf(where, 'strategy', strategy, STRATEGIES);
  expectInteger(where, 'neighbours', neighbours, 1, references.tokens.length);
  expectInteger(where, 'steps', steps, 0);
  expectNumber(where, 'rate', rate, 0);
  expectNumber(where, 'bandwidth', bandwidth, 1e-6);
  if (strategy === 'ngd' && loss === null) {
    fail(where, 'strategy "ngd" needs a loss', loss);
  }
  const resolved = { router, references, strategy, neighbours, steps, rate, bandwidth, loss };
  return { kind: 'test-time-reroute', options: resolved, build: (shape) => new ReroutingRouter(resolved, shape) };
}

class ReroutingRouter extends Module implements Router {
  readonly kind = 'test-time-reroute';
  private readonly router: Router;
  private readonly tokens: Buffer;
  private readonly weights: Buffer;

  constructor(
    private readonly options: Required<TestTimeRerouteOptions>,
    shape: RouterShape
  ) {
    super();
    const { references } = options;
    const { width, experts } = routerAxes(shape);
    expectRows('tokens', references.tokens, width.size, references.tokens.length);
    expectRows('weights', references.weights, experts.size, references.tokens.length);
    this.router = this.addChild('router', options.router.build({ ...shape, width, numExperts: experts }));
    const samples = Axis.of('references', references.tokens.length).pin('as many are looked for as were given');
    const buffer = (name: string, rows: readonly (readonly number[])[], columns: Axis): Buffer =>
      this.addBuffer(name, new Buffer(tf.tensor2d(rows.map((row) => [...row])), [samples, columns]));
    this.tokens = buffer('tokens', references.tokens, width);
    this.weights = buffer('weights', references.weights, experts);
  }

  get numExperts(): number {
    return this.router.numExperts;
  }

  get k(): number {
    return this.router.k;
  }

  get meanK(): number {
    return this.router.meanK;
  }

  /** Distances to the references and their weights' means, at each step. */
  override ownFlops(): number {
    const { strategy, steps } = this.options;
    const [count, width] = this.tokens.axes;
    const experts = this.numExperts;
    const near = 2 * count.size * (strategy === 'modeFinding' ? steps * experts : width.size);
    return steps === 0 ? 0 : near + (strategy === 'ngd' ? 0 : 2 * steps * count.size * experts);
  }

  /** The probabilities of {@link route}. */
  apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    return this.route(x as tf.Tensor2D, ctx).probs;
  }

  route(x: tf.Tensor2D, ctx: Context): ReturnType<Router['route']> {
    const routing = this.router.route(x, ctx.within('router'));
    if (ctx.training || this.options.steps === 0) {
      return routing;
    }
    const { numTokens, numExperts, logits } = routing;
    const { k } = this;
    const probs = this.move(x, toDistribution(denseWeights(routing)));
    const { indices, weights } = sparsify(probs, k);
    const rerouted: SparseRouting = {
      form: 'sparse',
      numTokens,
      numExperts,
      k,
      probs,
      logits,
      indices,
      weights: toDistribution(weights)
    };
    return rerouted;
  }

  private move(x: tf.Tensor2D, start: tf.Tensor2D): tf.Tensor2D {
    const { strategy, steps, rate } = this.options;
    const [tokens, references] = [this.tokens.read() as tf.Tensor2D, this.weights.read() as tf.Tensor2D];
    const near = strategy === 'modeFinding' ? null : this.nearness(x, tokens);
    let weights = start;
    for (let step = 0; step < steps; step++) {
      const kernel = near ?? this.nearness(weights, references);
      const change =
        strategy === 'ngd'
          ? this.downhill(weights, kernel)
          : kernel.matMul<tf.Tensor2D>(references).sub<tf.Tensor2D>(weights);
      weights = toDistribution(tf.relu(weights.add<tf.Tensor2D>(change.mul(rate))));
    }
    return weights;
  }

  // Gaussian kernel over the nearest references, rows of sum 1; [T, N].
  private nearness(points: tf.Tensor2D, references: tf.Tensor2D): tf.Tensor2D {
    const { neighbours, bandwidth } = this.options;
    const cross = points.matMul(references, false, true).mul(2);
    const distance = points.square().sum(1, true).add(references.square().sum(1)).sub<tf.Tensor2D>(cross);
    const best = ops.topK(distance.neg(), neighbours);
    const kernel = tf.softmax(best.values.div(2 * bandwidth ** 2));
    return oneHot(best.indices, references.shape[0]).mul(kernel.expandDims(2)).sum(1);
  }

  // Minus the gradient of the neighbours' mean loss in the token's weights; [T, E].
  private downhill(weights: tf.Tensor2D, kernel: tf.Tensor2D): tf.Tensor2D {
    const [numTokens, count] = kernel.shape;
    const loss = this.options.loss ?? fail('routers.testTimeReroute', 'strategy "ngd" needs a loss', null);
    const indices = tf.range(0, count, 1, 'int32').tile<tf.Tensor1D>([numTokens]);
    const mean = (w: tf.Tensor): tf.Scalar => {
      const each = w
        .expandDims(1)
        .tile([1, count, 1])
        .reshape<tf.Tensor2D>([numTokens * count, -1]);
      return loss(indices, each).mul(kernel.flatten()).sum();
    };
    return tf.grad(mean)(weights).neg() as tf.Tensor2D;
  }
}

function expectRows(name: string, rows: readonly (readonly number[])[], width: number, count: number): void {
  if (rows.length !== count || rows.some((row) => row.length !== width)) {
    fail(
      'routers.testTimeReroute',
      `references.${name} must be ${count} rows of ${width}`,
      rows.map((row) => row.length)
    );
  }
}

// Rows divided by their sum; a row of zeros stays.
function toDistribution(rows: tf.Tensor2D): tf.Tensor2D {
  return rows.div(rows.sum(1, true).add(1e-20));
}

specs.register('test-time-reroute', testTimeReroute);
