import { tf } from '../../base/backend';
import {
  Axis,
  type Context,
  expectInteger,
  expectShape,
  fail,
  Module,
  type Random,
  type Size,
  given
} from '../../base/core';
import { commonNeighbours, eitherNeighbours, type Graph, type NodePair } from '../../base/graph';
import { neighbourSum } from '../../base/ops/graph';
import { Linear } from '../layers';
import { NODES } from '../stateKeys';
import { graphOfPass } from './messagePassing';

/** Options of `graph.CommonNeighbourScore`. */
export interface CommonNeighbourOptions {
  /** Values of a node, W. */
  inputWidth: Size;
  /** Width between the two maps. */
  hidden: number;
  /** Whether nodes that lead to one of the two count as well, by the probability that the score itself gives their missing link (NCNC). Default false. */
  complete?: boolean;
  random: Random;
}

/**
 * Neural common neighbours (NCN and NCNC, arXiv 2302.00890): scores of pairs of nodes, int32 [B, 2] to [B], of what a network made of the nodes, which is left in the pass ("nodes", [N, W]): `relu((x_i * x_j) A + (sum of x_u over
 * common neighbours u) C + b) d + e`. In training the links of the pairs must be out of the graph that the network saw (`graph.withoutPairs`). Completion gives no gradient to the probabilities.
 */
export class CommonNeighbourScore extends Module {
  readonly kind = 'common-neighbour-score';
  private readonly linear: Record<'ends' | 'common' | 'last', Linear>;
  private readonly complete: boolean;

  constructor(options: CommonNeighbourOptions) {
    const { inputWidth, hidden, complete = false, random } = given('graph.CommonNeighbourScore', options);
    super();
    expectInteger('graph.CommonNeighbourScore', 'hidden', hidden, 1);
    this.complete = complete;
    const [inputs, inner] = [Axis.of('inputs', inputWidth), Axis.of('hidden', hidden)];
    const add = (name: string, inputWidth: Axis, outputWidth: Axis, bias: boolean): Linear =>
      this.addChild(name, new Linear({ inputWidth, outputWidth, bias, random: random.child(name) }));
    this.linear = {
      ends: add('ends', inputs, inner, true),
      common: add('common', inputs, inner, false),
      last: add('last', inner, Axis.fixed('score', 1), true)
    };
  }

  override apply(pairs: tf.Tensor, ctx: Context): tf.Tensor {
    expectShape(ctx.path || 'graph.CommonNeighbourScore', pairs, ['B', 2]);
    const graph = graphOfPass(this, ctx);
    const nodes = ctx.getState(NODES) ?? fail(ctx.path || this.kind, 'the pass must have what nodes hold (state "nodes")', 'none'); // prettier-ignore
    const all = pairs.arraySync() as [number, number][];
    return tf.tidy(() => this.score(nodes, all, this.complete ? this.completed(nodes, graph, all, ctx) : neighbourSum(nodes, commonNeighbours(graph, all)), ctx)); // prettier-ignore
  }

  private score(nodes: tf.Tensor2D, pairs: readonly NodePair[], common: tf.Tensor2D, ctx: Context): tf.Tensor1D {
    const read = (end: 0 | 1): tf.Tensor => tf.gather(nodes, tf.tensor1d(pairs.map((pair) => pair[end]), 'int32')); // prettier-ignore
    const ends = this.linear.ends.apply(read(0).mul(read(1)), ctx.within('ends'));
    const hidden = ends.add(this.linear.common.apply(common, ctx.within('common'))).relu();
    return this.linear.last.apply(hidden, ctx.within('last')).reshape([pairs.length]);
  }

  /** Sums over the neighbours of either, [B, W], of which those that are not common count by the probability of their missing link. */
  private completed(nodes: tf.Tensor2D, graph: Graph, pairs: readonly NodePair[], ctx: Context): tf.Tensor2D {
    const { adjacency, missing, missingOf } = eitherNeighbours(graph, pairs);
    if (missing.length === 0) {
      return neighbourSum(nodes, adjacency);
    }
    const scores = this.score(nodes, missing, neighbourSum(nodes, commonNeighbours(graph, missing)), ctx);
    const chances = scores.sigmoid().dataSync();
    return neighbourSum(
      nodes,
      adjacency,
      Float32Array.from(missingOf, (at) => (at < 0 ? 1 : chances[at]))
    );
  }
}
