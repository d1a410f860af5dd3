import { tf } from '../../base/backend';
import { Context, expectInteger, expectOneOf, fail, Random } from '../../base/core';
import { svd } from '../../base/math/svd';
import { forecastExperts, mixedExperts, plainExperts, variant, zeroExperts } from '../experts';
import type { FeedForward } from '../layers';
import * as moe from '../moe';
import type { MoeLayer } from '../moe';
import { pathRouter } from './pathRouter';

/** Substitute for the unit's output, for a token that does not execute it: a forecast, or nothing. */
export type TokenPolicy = 'executeOrApproximate' | 'executeOrSkip';

/** Options of `adaptive.tokenRoute`. */
export interface TokenRouteOptions {
  /** Which block of the model it is, from 0. */
  block: number;
  policy: TokenPolicy;
  /** Tokens that reached the unit in passes over text, [T, D], from which the forecaster learns; T at least D. The caller keeps it. */
  inputs: tf.Tensor2D;
  /** r of the forecaster. Default: an eighth of the width, at least 1. */
  rank?: number;
  /** Share of tokens that execute the unit. Default 0.5. */
  budget?: number;
  /** Seed of the router's parameters. Default 0. */
  seed?: number;
}

// Relative to the largest; keeps directions that the inputs hardly have out of the forecast.
const RIDGE = 1e-6;

/**
 * A trained feed-forward network that a token either executes or has forecast by a linear map of low rank (informed routing,
 * arXiv 2510.13831), or skips. The forecaster is the best of its rank on `inputs` (reduced-rank regression, in closed form) and
 * is there before the router, which then learns with it (`adaptive.trainOnlyRouters`). Choices are in the order "forecast" (or
 * "skip"), "unit". For a whole model: `models.mapFeedForwards(dense, (ffn, block) => adaptive.tokenRoute(ffn, { block, ... }))`.
 *
 * @throws {SwitchyardError} for a network with biases, and where an option is out of range.
 */
export function tokenRoute(network: FeedForward, options: TokenRouteOptions): MoeLayer {
  const where = 'adaptive.tokenRoute';
  const [width, hidden] = network.w1.weight.shape;
  const { block, policy, inputs, rank = Math.max(1, Math.floor(width / 8)), budget = 0.5, seed = 0 } = options;
  expectOneOf(where, 'policy', policy, ['executeOrApproximate', 'executeOrSkip']);
  expectInteger(where, 'rank', rank, 1, width);
  if (network.w1.bias !== null) {
    fail(where, 'the network must have no biases', 'biases');
  }
  const approximate = policy === 'executeOrApproximate';
  const cheap = approximate ? forecastExperts({ rank }) : variant(zeroExperts(), { kind: 'skip' });
  const unit = variant(plainExperts({ activation: network.activation }), { kind: 'unit' });
  const layer = moe.layer({
    router: pathRouter({ block, costs: [0, 1], budget }),
    ...{ experts: 2, width, hidden, random: Random.fromSeed(seed).child('tokenRoute').child(block) },
    expertKind: mixedExperts([cheap, unit].map((expertKind) => ({ count: 1, expertKind })))
  });
  tf.tidy(() => {
    const store = (path: string, value: tf.Tensor): void =>
      layer.parameters().get(`experts.${path}`)!.assign(value.expandDims(0), path);
    store('unit1.w1', network.w1.weight.read());
    store('unit1.w2', network.w2.weight.read());
    if (approximate) {
      const { u, v } = reducedRankRegression(inputs, network.apply(inputs, Context.create()) as tf.Tensor2D, rank);
      store('forecast0.u', u);
      store('forecast0.v', v);
    }
  });
  return layer;
}

// The u [D, r] and v [r, D] of least |x u v - y|^2: least squares, then the directions in which its fit varies most.
function reducedRankRegression(x: tf.Tensor2D, y: tf.Tensor2D, rank: number): { u: tf.Tensor2D; v: tf.Tensor2D } {
  const gram = svd(x.matMul(x, true) as tf.Tensor2D);
  const inverse = gram.u.div(gram.s.add(gram.s.max().mul(RIDGE))).matMul(gram.u, false, true);
  const full = inverse.matMul(x.matMul(y, true)) as tf.Tensor2D;
  const fit = x.matMul(full);
  const directions = svd(fit.matMul(fit, true) as tf.Tensor2D).u.slice<tf.Tensor2D>([0, 0], [-1, rank]);
  return { u: full.matMul(directions) as tf.Tensor2D, v: directions.transpose() };
}
