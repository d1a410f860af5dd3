import { tf } from '../../base/backend';
import { Context, expectInteger, expectNumber, fail, given } from '../../base/core';
import type { Graph } from '../../base/graph';
import { crossEntropy } from '../../base/ops';
import { enterGraph } from '../../nn/graph/onGraph';
import type { PairwiseMrf } from '../../nn/graph/pairwiseMrf';
import { descend } from './descend';

/** Options of `graph.fitPairwiseMrf`. */
export interface PairwiseMrfTraining {
  /** Class of each node, -1 where it is not known. */
  known: ArrayLike<number>;
  /** Steps that the network is trained for alone, on the nodes that are known. Default 60. */
  warmup?: number;
  /** Rounds of expectation and maximisation. Default 5. */
  rounds?: number;
  /** Steps of a maximisation. Default 20. */
  steps?: number;
  /** Default 0.02. */
  learningRate?: number;
  /** Default 0. */
  seed?: number;
}

/** Classes of a fitted field, and the bound on the way. */
export interface PairwiseMrfFit {
  /** Marginals, [N, C]. */
  marginals: Float32Array;
  /** Bound after each expectation and each maximisation, in turn. */
  elbo: number[];
  /** Maximisations that lowered the bound, and were taken back. */
  takenBack: number;
}

/**
 * Fit of a Markov random field by expectation and maximisation (EPFGNN, UAI 2021): the network is trained on what is known, then marginals of the others are set given the factors, and the factors trained on the piecewise bound given the
 * marginals, in turn. A maximisation that lowers the bound is taken back and its rate halved, so that the bound never falls.
 *
 * @throws {SwitchyardError} where no class is known, nodes have no features, or an option is out of range.
 */
export function fitPairwiseMrf(model: PairwiseMrf, graph: Graph, options: PairwiseMrfTraining): PairwiseMrfFit {
  const where = 'graph.fitPairwiseMrf';
  const { known, warmup = 60, rounds = 5, steps = 20, learningRate = 0.02, seed = 0 } = given(where, options);
  Object.entries({ warmup, rounds }).forEach(([name, value]) => expectInteger(where, name, value, 0));
  expectInteger(where, 'steps', steps, 1);
  expectNumber(where, 'learningRate', learningRate, 0);
  const { values, width } = graph.nodeFeatures ?? fail(where, 'the graph must have features of nodes', 'none');
  const nodes = Array.from(known).flatMap((label, node) => (label >= 0 ? [node] : []));
  if (nodes.length === 0) {
    fail(where, 'a class must be known', 'none');
  }
  const x = tf.tensor2d(values, [graph.numNodes, width]);
  const within = <T>(f: (ctx: Context) => T): T => {
    const ctx = Context.create();
    enterGraph(graph, ctx);
    const found = f(ctx);
    ctx.dispose();
    return found;
  };
  if (warmup > 0) {
    descend(where, model.backbone, { steps: warmup, learningRate, seed }, (_step, ctx) => {
      enterGraph(graph, ctx);
      const logits = tf.gather(model.backbone.apply(x, ctx), tf.tensor1d(nodes, 'int32')) as tf.Tensor2D;
      return crossEntropy(logits, tf.tensor1d(Int32Array.from(nodes, (node) => known[node]), 'int32')).mean(); // prettier-ignore
    });
  }
  let marginals = within((ctx) => model.marginals(x, known, 3, ctx));
  const wide = (): tf.Tensor2D => tf.tensor2d(marginals, [graph.numNodes, marginals.length / graph.numNodes]);
  const bound = (): number => within((ctx) => tf.tidy(() => model.elbo(x, wide(), ctx).dataSync()[0]));
  const elbo = [bound()];
  let [rate, takenBack] = [learningRate, 0];
  for (let round = 0; round < rounds; round++) {
    const kept = [...model.parameters().values()].map((parameter) => ({
      parameter,
      value: parameter.variable.clone()
    }));
    descend(where, model, { steps, learningRate: rate, seed }, (_step, ctx) => {
      enterGraph(graph, ctx);
      return model.elbo(x, wide(), ctx).div<tf.Scalar>(-graph.numNodes);
    });
    if (!(bound() >= elbo[elbo.length - 1])) {
      kept.forEach(({ parameter, value }) => parameter.assign(value));
      rate /= 2;
      takenBack++;
    }
    kept.forEach(({ value }) => value.dispose());
    elbo.push(bound());
    marginals = within((ctx) => model.marginals(x, known, 1, ctx, marginals));
    elbo.push(bound());
  }
  x.dispose();
  return { marginals, elbo, takenBack };
}
