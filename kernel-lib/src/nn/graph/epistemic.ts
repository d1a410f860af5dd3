import { tf } from '../../base/backend';
import {
  Axis,
  type Context,
  expectInteger,
  expectOneOf,
  expectShape,
  fail,
  given,
  Module,
  Parameter,
  type Random
} from '../../base/core';
import type { Graph } from '../../base/graph';
import { edgeGather, edgeScatter } from '../../base/ops/graph';
import { graphOfPass } from './messagePassing';

/** Options of `graph.Epistemic`. */
export interface EpistemicOptions {
  /** Types of edges, R. */
  relations: number;
  /** Values of a facet, W, of which the first means "the same". Default R + 1. */
  width?: number;
  /** Distributions side by side, each with compositions of its own. Default 1. */
  facets?: number;
  /** Steps, T: as many as edges on the longest path that is to be followed. */
  steps: number;
  /** How evidence of several paths is joined: what all of them allow ("min"), or their mean. Default "min". */
  pooling?: 'min' | 'mean';
  random: Random;
}

/** Keeps logarithms and divisions safe. */
const LEAST = 1e-9;

/**
 * Epistemic graph network (EpiGNN, ICLR 2025): what a node holds is a distribution over how it may be related to a source, and a message composes that with the relation of the edge,
 * `phi(f, r)_k = sum over i, j of f_i r_j a_ijk`, a learnt. Nodes keep what all messages and they themselves allow: the least of each value, made to sum to 1. Marks of sources [N, 1], 0 or 1, to states [N, facets W]; sources begin as "the
 * same", all others undecided. Nothing depends on a step but the number of them, so that longer paths than those of training can be followed.
 */
export class Epistemic extends Module {
  readonly kind = 'epistemic';
  private readonly options: Required<EpistemicOptions>;
  private readonly relations: Parameter;
  private readonly compositions: Parameter;

  constructor(options: EpistemicOptions) {
    const where = 'graph.Epistemic';
    const { relations, width = relations + 1, facets = 1, steps, pooling = 'min', random } = given(where, options);
    super();
    Object.entries({ relations, facets, steps }).forEach(([name, value]) => expectInteger(where, name, value, 1));
    expectInteger(where, 'width', width, 2);
    expectOneOf(where, 'pooling', pooling, ['min', 'mean']);
    this.options = { relations, width, facets, steps, pooling, random };
    const pinned = (name: string, size: number, why: string): Axis => Axis.of(name, size).pin(why);
    const kinds = pinned('relations', relations, 'the data have them');
    const [some, values] = [pinned('facets', facets, 'states have them'), pinned('values', width, 'states have them')];
    const drawn = (name: string) => (shape: number[]) => random.child(name).normal(shape);
    this.relations = this.addParameter('relations', Parameter.over([kinds, some, values], drawn('relations')));
    const pairs = Axis.product('values x values', values, values);
    this.compositions = this.addParameter('compositions', Parameter.over([some, pairs, values], drawn('compositions')));
  }

  /** Operations on a node: a composition, counted as of one edge. */
  override ownFlops(): number {
    const { facets, width } = this.options;
    return 2 * facets * width * width;
  }

  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    return this.states(x, ctx, this.options.steps);
  }

  /** States after so many steps: those of {@link apply} are after T. */
  states(x: tf.Tensor, ctx: Context, steps: number): tf.Tensor2D {
    const graph = graphOfPass(this, ctx);
    const where = ctx.path || 'graph.Epistemic';
    const { width, facets } = this.options;
    expectShape(where, x, [graph.numNodes, 1]);
    expectInteger(where, 'steps', steps, 0);
    const types = this.typesOf(where, graph);
    return tf.tidy(() => {
      const ways = tf.gather(this.ways(), tf.tensor1d(types, 'int32')).reshape([-1, width, width]) as tf.Tensor3D;
      const same = tf
        .oneHot(tf.zeros([facets], 'int32'), width)
        .toFloat()
        .reshape([1, -1]);
      let nodes = x.mul(same).add(tf.sub(1, x).div(width)) as tf.Tensor2D;
      for (let step = 0; step < steps; step++) {
        nodes = this.step(nodes, ways, graph);
      }
      return nodes;
    });
  }

  /** How well states go with each relation, `sum over values of r log f`, [B, facets W] to [B, R]: logits. */
  scores(states: tf.Tensor2D): tf.Tensor2D {
    const { relations, width, facets } = this.options;
    expectShape('graph.Epistemic', states, ['B', facets * width]);
    return tf.tidy(() => tf.matMul(states.maximum(LEAST).log(), this.vectors().reshape([relations, -1]), false, true));
  }

  /** Distribution of each relation, [R, facets, W]. */
  private vectors(): tf.Tensor {
    return tf.softmax(this.relations.read());
  }

  /** Map of states that each relation stands for, [R, facets, W, W]. */
  private ways(): tf.Tensor {
    const { relations, width, facets } = this.options;
    // [facets, W (i), W (j), W (k)] by [R, facets, W (j)].
    const composed = tf.softmax(this.compositions.read()).reshape([1, facets, width, width, width]);
    return composed.mul(this.vectors().reshape([relations, facets, 1, width, 1])).sum(3);
  }

  private step(nodes: tf.Tensor2D, ways: tf.Tensor3D, graph: Graph): tf.Tensor2D {
    const { width, facets, pooling } = this.options;
    const read = edgeGather(nodes, graph, 'source').reshape([-1, 1, width]) as tf.Tensor3D;
    const messages = tf.matMul(read, ways).reshape<tf.Tensor2D>([graph.numEdges, facets * width]);
    // Of a node that nothing leads to the most is 0, and the least 1: it stays as it is.
    const joined =
      pooling === 'min'
        ? tf.minimum(nodes, tf.sub(1, edgeScatter(tf.sub(1, messages), graph, 'max')))
        : nodes.add(edgeScatter(messages, graph, 'sum'));
    const all = joined.reshape([graph.numNodes, facets, width]);
    return all.div(all.sum(2, true).maximum(LEAST)).reshape(nodes.shape);
  }

  private typesOf(where: string, { edgeTypes }: Graph): Int32Array {
    const { relations } = this.options;
    const wrong = edgeTypes?.find((type) => type >= relations);
    return edgeTypes === undefined || wrong !== undefined
      ? fail(where, `edges must have types 0..${relations - 1}`, wrong ?? 'none')
      : edgeTypes;
  }
}
