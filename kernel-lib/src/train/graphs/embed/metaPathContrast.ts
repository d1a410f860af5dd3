import { tf } from '../../../base/backend';
import { Context, expectInteger, expectNumber, expectOneOf, fail, given, Module, Random } from '../../../base/core';
import type { Features, Graph } from '../../../base/graph';
import { kMeans } from '../../../base/math';
import { infoNce } from '../../../base/ops';
import { MetaPathViews, type MetaPathViewsOptions } from '../../../nn/graph/metaPathViews';
import { enterGraph } from '../../../nn/graph/onGraph';
import { clusterWeights, prototypeContrast } from '../../../nn/graph/operators';
import { Dropout, Linear } from '../../../nn/layers';
import { descend } from '../descend';

/** How negatives count: alike, by clusterings of what nodes hold, or by a learnt softmax over the negatives of a node whose mean is 1. */
export type NegativeWeights = 'uniform' | 'cluster' | 'learnt';

/** Options of `graph.embed.metaPathContrast`. */
export interface MetaPathContrastOptions {
  /** Width of the representation, P. */
  dim: number;
  /** Meta-paths, each the types of the edges one after the other; all end at the nodes that are embedded. */
  paths: readonly (readonly number[])[];
  /** Views that are told apart: the fine one from the coarse one, or the coarse one from itself under other dropout. Default "both". */
  views?: 'both' | 'coarse';
  /** Default "cluster". */
  negativeWeights?: NegativeWeights;
  /** Clusters of each clustering. Default [2, 4]. */
  clusters?: readonly number[];
  /** Share of the prototypical loss, over the first clustering. Default 0.1. */
  prototypes?: number;
  /** Steps between two clusterings. Default 10. */
  every?: number;
  /** Probability, while training, that a feature becomes 0. Default 0.2. */
  dropout?: number;
  /** Default 0.5. */
  temperature?: number;
  /** Steps of training. Default 100. */
  steps?: number;
  /** Default 0.01. */
  learningRate?: number;
  /** Default 0. */
  seed?: number;
}

const WHERE = 'graph.embed.metaPathContrast';

/** Views, their projections, and scores of negatives. */
class Contrast extends Module {
  readonly kind = 'meta-path-contrast';
  readonly views: MetaPathViews;
  readonly project: Linear;
  readonly score: Linear;
  readonly dropout: Dropout;

  constructor(options: MetaPathViewsOptions, dropout: number) {
    super();
    const { outputWidth, random } = options;
    const linear = (name: string): Linear =>
      this.addChild(name, new Linear({ inputWidth: outputWidth, outputWidth, random: random.child(name) }));
    this.views = this.addChild('views', new MetaPathViews(options));
    this.project = linear('project');
    this.score = linear('score');
    this.dropout = this.addChild('dropout', new Dropout({ rate: dropout }));
  }

  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    return this.views.apply(x, ctx);
  }
}

/**
 * Representations of the nodes that meta-paths lead to, by contrast between which nodes a meta-path connects and how (MEOW and AdaMEOW, arXiv 2212.13847), [N, P]: the two views of a node (`graph.MetaPathViews`) are told from those of
 * others, of which such as lie in its own cluster count less (`graph.clusterWeights`), and nodes are drawn to the centre of their cluster. What comes out is the fine view, or the coarse one where it is alone; 0 of nodes that no
 * meta-path leads to.
 *
 * @param nodes - Nodes that are embedded.
 * @throws {SwitchyardError} where the graph has no features of nodes or types of edges, or an option is out of range.
 */
export function metaPathContrast(graph: Graph, nodes: readonly number[], options: MetaPathContrastOptions): Features {
  const { dim, paths, views = 'both', negativeWeights = 'cluster', clusters = [2, 4], prototypes = 0.1, every = 10 } = given(WHERE, options); // prettier-ignore
  const { dropout = 0.2, temperature = 0.5, steps = 100, learningRate = 0.01, seed = 0 } = options;
  expectOneOf(WHERE, 'views', views, ['both', 'coarse']);
  expectOneOf(WHERE, 'negativeWeights', negativeWeights, ['uniform', 'cluster', 'learnt']);
  Object.entries({ dim, steps, every }).forEach(([name, value]) => expectInteger(WHERE, name, value, 1));
  nodes.forEach((node) => expectInteger(WHERE, 'nodes', node, 0, graph.numNodes - 1));
  clusters.forEach((count) => expectInteger(WHERE, 'clusters', count, 1, nodes.length));
  expectNumber(WHERE, 'prototypes', prototypes, 0);
  const { values, width } = graph.nodeFeatures ?? fail(WHERE, 'the graph must have features of nodes', 'none');
  const random = Random.fromSeed(seed).child(WHERE);
  const model = new Contrast({ inputWidth: width, outputWidth: dim, paths, random: random.child('model') }, dropout);
  const x = tf.tensor2d(values, [graph.numNodes, width]);
  const pick = (rows: tf.Tensor2D): tf.Tensor2D => tf.gather(rows, tf.tensor1d(Int32Array.from(nodes), 'int32'));
  const seen = (ctx: Context, name: string): { coarse: tf.Tensor2D; fine: tf.Tensor2D } => {
    enterGraph(graph, ctx);
    const { coarse, fine } = model.views.states(model.dropout.apply(x, ctx.within(name)), ctx.within('views'));
    return { coarse: pick(coarse), fine: pick(fine) };
  };
  const shown = (): tf.Tensor2D => {
    const ctx = Context.create();
    const { coarse, fine } = seen(ctx, 'dropout');
    ctx.dispose();
    return views === 'both' ? fine : coarse;
  };
  let cells: number[][] = [];
  descend(WHERE, model, { steps, learningRate, seed }, (step, ctx) => {
    if ((step - 1) % every === 0) {
      const rows = tf.tidy(() => shown().arraySync()).map((row) => Float64Array.from(row));
      cells = clusters.map((count) => clustersOf(rows, count, random.child('clusters').child(step).child(count)));
    }
    const first = seen(ctx, 'first');
    const [a, b] = views === 'both' ? [first.fine, first.coarse] : [first.coarse, seen(ctx, 'second').coarse];
    const project = (rows: tf.Tensor2D, name: string): tf.Tensor2D => model.project.apply(rows, ctx.within(name)) as tf.Tensor2D; // prettier-ignore
    const [ours, theirs] = [project(a, 'ours'), project(b, 'theirs')];
    const weights = negativeWeights === 'uniform' ? undefined : negativeWeights === 'cluster' ? clusterWeights(cells) : learntWeights(model.score.apply(a, ctx.within('score')) as tf.Tensor2D, b); // prettier-ignore
    const contrast = infoNce(ours, theirs, temperature, weights);
    const of = cells[0];
    return of === undefined ? contrast : contrast.add<tf.Scalar>(prototypeContrast(ours, meansOf(ours, of, clusters[0]), of, temperature).mul(prototypes)); // prettier-ignore
  });
  const out = new Float32Array(graph.numNodes * dim);
  const found = tf.tidy(() => shown().dataSync<'float32'>());
  nodes.forEach((node, i) => out.set(found.subarray(i * dim, (i + 1) * dim), node * dim));
  [x, model].forEach((each) => each.dispose());
  return { values: out, width: dim };
}

/** Cluster of each row. */
function clustersOf(rows: readonly Float64Array[], count: number, random: Random): number[] {
  const of = new Array<number>(rows.length).fill(0);
  kMeans(rows, { count, next: random.generator() }).members.forEach((members, cluster) => members.forEach((row) => (of[row] = cluster))); // prettier-ignore
  return of;
}

/** Mean of the rows of each cluster, [K, F]. */
function meansOf(rows: tf.Tensor2D, of: readonly number[], count: number): tf.Tensor2D {
  const sizes = new Array<number>(count).fill(0);
  of.forEach((cluster) => sizes[cluster]++);
  const shares = tf.oneHot(tf.tensor1d(Int32Array.from(of), 'int32'), count).div(tf.tensor1d(sizes).maximum(1));
  return tf.matMul(shares as tf.Tensor2D, rows, true);
}

/** Weights of mean 1 over the negatives of each node. */
function learntWeights(a: tf.Tensor2D, b: tf.Tensor2D): tf.Tensor2D {
  const own = tf.eye(a.shape[0]).mul(1e9);
  const scores = tf.matMul(a, b, false, true).sub<tf.Tensor2D>(own);
  return tf.softmax(scores).mul(a.shape[0] - 1);
}
