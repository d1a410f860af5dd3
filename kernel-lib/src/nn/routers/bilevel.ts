import { tf } from '../../base/backend';
import { Axis, expectInteger, expectNumber, fail, Module } from '../../base/core';
import type { Context, Parameter } from '../../base/core';
import * as ops from '../../base/ops';
import { logSoftmax } from './parts/logSoftmax';
import { switchLoss } from './parts/losses';
import { oneHot } from './parts/oneHot';
import { project, projectFlops, projectionWeight } from './parts/projection';
import { routerAxes } from './parts/routerAxes';
import { checkK } from './parts/selectTopK';
import type { Router, RouterShape, RouterSpec, SparseRouting } from './router';
import { specs } from './specs';

/** Options of `routers.bilevel`. */
export interface BilevelOptions {
  /** Nodes; each holds as many neighbouring experts, E / nodes. */
  nodes: number;
  /** Experts of a token, K; they are on as few nodes as hold K. Default 1. */
  k?: number;
  /** Coefficients of the "switch" loss over nodes and of its mean over the experts within each. Default [0.01, 0.01]. */
  balance?: readonly [number, number];
}

/**
 * Bi-level routing (SMILE, arXiv 2212.05191): a token first chooses its node, then experts within it, so that it crosses
 * the slow network once. Probabilities are the products `p(node) p(expert | node)`, weights are those of the chosen.
 *
 * @throws {SwitchyardError} where an option is out of range; at build, where k > numExperts or the nodes do not divide
 * the experts.
 */
export function bilevel({ nodes, k = 1, balance = [0.01, 0.01] }: BilevelOptions): RouterSpec {
  expectInteger('routers.bilevel', 'nodes', nodes, 1);
  expectInteger('routers.bilevel', 'k', k, 1);
  balance.forEach((coefficient, level) => expectNumber('routers.bilevel', `balance[${level}]`, coefficient, 0));
  const options = { nodes, k, balance };
  return { kind: 'bi-level', options, build: (shape) => new BilevelRouter(options, shape) };
}

class BilevelRouter extends Module implements Router {
  readonly kind = 'bi-level';
  readonly k: number;
  readonly meanK: number;
  private readonly experts: Axis;
  private readonly nodeWeight: Parameter | null;
  private readonly weight: Parameter;

  constructor(
    private readonly options: Required<BilevelOptions>,
    shape: RouterShape
  ) {
    super();
    const { random } = shape;
    const { nodes, k } = options;
    const { width, experts } = routerAxes(shape);
    const numExperts = experts.size;
    checkK('routers.bilevel', k, numExperts);
    if (numExperts % nodes !== 0) {
      fail('routers.bilevel', `nodes must divide numExperts (${numExperts})`, nodes);
    }
    this.experts = experts.pin('every node has as many');
    this.k = k;
    this.meanK = k;
    // A single node leaves nothing to choose.
    this.nodeWeight =
      nodes === 1
        ? null
        : this.addParameter(
            'nodeWeight',
            projectionWeight(width, Axis.fixed('nodes', nodes), random.child('nodeWeight'))
          );
    this.weight = this.addParameter('weight', projectionWeight(width, experts, random.child('weight')));
  }

  get numExperts(): number {
    return this.experts.size;
  }

  override ownFlops(): number {
    return projectFlops(this.weight) + projectFlops(this.nodeWeight);
  }

  /** The probabilities of {@link route}. */
  apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    return this.route(x as tf.Tensor2D, ctx).probs;
  }

  route(x: tf.Tensor2D, ctx: Context): SparseRouting {
    const { numExperts, k } = this;
    const { nodes } = this.options;
    const [numTokens] = x.shape;
    const within = logSoftmax(project(x, this.weight).reshape([-1, numExperts / nodes]));
    const ofNode =
      this.nodeWeight === null ? tf.zeros<tf.Rank.R2>([numTokens, 1]) : logSoftmax(project(x, this.nodeWeight));
    const perNode: [number, number, number] = [numTokens, nodes, numExperts / nodes];
    const logits = within.reshape(perNode).add(ofNode.expandDims(2)).reshape<tf.Tensor2D>([numTokens, numExperts]);
    const probs = tf.exp(logits);
    const chosen = ops.withoutGradient(() => ops.topK(ofNode, Math.ceil((k * nodes) / numExperts)).indices);
    const indices = ops.withoutGradient(() => ops.topK(onNodes(logits, chosen, nodes), k).indices);
    const weights = ops.takeAlongRows(probs, indices);
    if (ctx.training) {
      const [between, inside] = this.options.balance;
      ctx.addLoss('nodes', switchLoss(tf.exp(ofNode), chosen).mul(between));
      ctx.addLoss('withinNodes', lossWithin(tf.exp(within).reshape(perNode), indices, chosen).mul(inside));
    }
    return { form: 'sparse', numTokens, numExperts, k, probs, logits, indices, weights };
  }
}

// Scores of experts on other nodes than the chosen [T, N'] become -Infinity; [T, E].
function onNodes(scores: tf.Tensor2D, chosen: tf.Tensor2D, nodes: number): tf.Tensor2D {
  const { shape } = scores;
  const allowed = oneHot(chosen, nodes)
    .sum(1)
    .greater(0)
    .expandDims(2)
    .tile([1, 1, shape[1] / nodes]);
  return tf.where(allowed.reshape(shape), scores, tf.fill(shape, -Infinity));
}

/**
 * The "switch" loss of each node's own experts over the tokens that chose it, meaned by tokens: 1 where every node's load
 * is even within. `probs` is p(expert | node), [T, nodes, E / nodes].
 */
function lossWithin(probs: tf.Tensor3D, indices: tf.Tensor2D, chosen: tf.Tensor2D): tf.Scalar {
  const [numTokens, nodes, perNode] = probs.shape;
  const here = oneHot(chosen, nodes).sum(1); // [T, nodes]
  const probability = probs.mul(here.expandDims(2)).sum(0); // [nodes, E / nodes]
  const load = oneHot(indices, nodes * perNode)
    .sum([0, 1])
    .reshape(probability.shape);
  const scale = perNode / (numTokens * indices.shape[1]);
  return load.mul(probability).div(here.sum(0).maximum(1).expandDims(1)).sum().mul(scale);
}

specs.register('bi-level', bilevel);
