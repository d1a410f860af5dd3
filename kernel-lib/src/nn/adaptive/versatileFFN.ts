import { tf } from '../../base/backend';
import { Axis, expectInteger, Module, sizeOf, stateKey } from '../../base/core';
import type { Context, Random, Size } from '../../base/core';
import { recursiveFFN, sharedSlices } from '../experts';
import type { ExpertSpec } from '../experts';
import { FeedForward } from '../layers';
import type { Activation } from '../layers';
import * as moe from '../moe';
import type { MoeLayer } from '../moe';
import { topK } from '../routers';
import type { RouterSpec } from '../routers';
import { specs } from '../routers/specs';
import { PathRouter, resolvePathRouter } from './pathRouter';
import type { PathRouterOptions } from './pathRouter';

/** Options of `adaptive.VersatileFFN`. */
export interface VersatileFFNOptions {
  /** D. */
  width: Size;
  /** Width inside the network, H. */
  hidden: Size;
  /** Slices of the network that the wide path chooses among, E; they divide H. Default 4. */
  subExperts?: number;
  /** Slices of a token, K. Default 2. */
  k?: number;
  /** Most times that a token goes through the network on the deep path, R. Default 3. */
  maxSteps?: number;
  /** Most steps beyond the first that a token may take on average, as a share of R - 1. Default 1: no limit. */
  budget?: number;
  /** Coefficient of the loss that keeps the budget. Default 10. */
  budgetLoss?: number;
  /** Which block of a model it is in: its column of {@link PATHS}. Default 0. */
  block?: number;
  /** Default "gelu". */
  activation?: Activation;
  /** Stream for the initial parameters. */
  random: Random;
}

/** Key of the steps expected of each token in the last such layer; [T]. */
export const EXPECTED_STEPS = stateKey<tf.Tensor1D>('expectedSteps');

/**
 * One feed-forward network used in two ways (VersatileFFN, arXiv 2512.14531): [..., D] to [..., D]. Wide, a token takes K of E slices of it; deep, it
 * goes through the whole of it once to R times. A gate of no parameters blends both by difficulty, which is the number of steps L that
 * the depth router expects: `g wide + (1 - g) deep` with `g = (R - E[L]) / R`. Parameters are the network's ("base") and those of two
 * routers, `D E + D R`. At first, in training, the number of steps is random; once `adaptive.trainOnlyRouters(model)()`
 * has ended that, all depths run and a Gumbel softmax chooses. Else a token runs its own depth only. Events of the kind "routing" come from
 * the layers "wide" and "deep".
 *
 * @throws {SwitchyardError} where an option is out of range.
 */
export function versatileFFN(options: VersatileFFNOptions): VersatileFFN {
  return new VersatileFFN(options);
}

/** See {@link versatileFFN}. */
export class VersatileFFN extends Module {
  readonly kind = 'versatile-ffn';
  /** Feed-forward network that both paths share. */
  readonly base: FeedForward;
  readonly wide: MoeLayer;
  readonly deep: MoeLayer;
  private readonly maxSteps: number;

  constructor(options: VersatileFFNOptions) {
    super();
    const { subExperts = 4, k = 2, maxSteps = 3, budget = 1, budgetLoss = 10 } = options;
    const { block = 0, activation, random } = options;
    expectInteger('adaptive.versatileFFN', 'hidden', sizeOf(options.hidden), 1);
    const [width, hidden] = [Axis.of('width', options.width), Axis.of('hidden', options.hidden)];
    this.maxSteps = maxSteps;
    const network = { width, hidden, activation, bias: false, random: random.child('base') };
    const base = (this.base = this.addChild('base', new FeedForward(network)));
    const path = (name: string, router: RouterSpec, numExperts: number, experts: ExpertSpec): MoeLayer =>
      this.addChild(
        name,
        moe.layer({
          router,
          experts: numExperts,
          width,
          hidden,
          expertKind: experts,
          live: { base },
          random: random.child(name)
        })
      );
    this.wide = path('wide', topK({ k }), subExperts, sharedSlices({ base: 'base' }));
    this.deep = path(
      'deep',
      depthRouter(maxSteps, { block, budget, budgetLoss }),
      maxSteps,
      recursiveFFN({ base: 'base', maxSteps })
    );
  }

  /** 0 for the shared network: its work is counted where it is done, by the experts of both paths. */
  override lengthWithin(child: string, length: number): number {
    return child === 'base' ? 0 : length;
  }

  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    const { maxSteps } = this;
    return tf.tidy(() => {
      const deep = this.deep.apply(x, ctx.within('deep'));
      const expected = ctx.getState(EXPECTED_STEPS)!;
      const share = expected.div(maxSteps).reshape([...x.shape.slice(0, -1), 1]);
      const wide = this.wide.apply(x, ctx.within('wide'));
      return deep.mul(share).add(wide.mul(share.mul(-1).add(1)));
    });
  }
}

// Costs grow from 0 for one step to 1 for R.
function depthRouter(maxSteps: number, limits: Omit<PathRouterOptions, 'costs'>): RouterSpec {
  expectInteger('adaptive.versatileFFN', 'maxSteps', maxSteps, 1);
  const costs = Array.from({ length: maxSteps }, (_, i) => (maxSteps === 1 ? 0 : i / (maxSteps - 1)));
  return depthSpec({ ...limits, costs });
}

function depthSpec(options: PathRouterOptions): RouterSpec {
  const resolved = resolvePathRouter(options);
  return { kind: 'depth', options: { ...resolved }, build: (shape) => new DepthRouter(resolved, shape) };
}

/** A path router that leaves {@link EXPECTED_STEPS}. */
class DepthRouter extends PathRouter {
  override route(...[x, ctx]: Parameters<PathRouter['route']>): ReturnType<PathRouter['route']> {
    const routing = super.route(x, ctx);
    const steps = tf.range(1, this.numExperts + 1);
    ctx.setState(EXPECTED_STEPS, routing.probs.mul(steps).sum<tf.Tensor1D>(1));
    return routing;
  }
}

specs.register('depth', depthSpec);
