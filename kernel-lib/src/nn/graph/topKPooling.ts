import { tf } from '../../base/backend';
import { Axis, type Context, expectNumber, expectShape, given, Module, Parameter, type Random, type Size } from '../../base/core'; // prettier-ignore
import { fromEdges, type Graph, subgraph } from '../../base/graph';
import { graphOfPass } from './messagePassing';
import { enterGraph } from './onGraph';

/** Options of `graph.TopKPooling`. */
export interface TopKPoolingOptions {
  /** Values of a node, F. */
  width: Size;
  /** Share of the nodes of each graph that is kept, above 0 to 1, rounded up. Default 0.5. */
  ratio?: number;
  /** Stream for the initial vector. */
  random: Random;
}

/** A graph with the nodes that pooling keeps. */
export interface PooledGraph {
  /** Graph of the nodes that are kept, with the edges among them; a batch stays one. */
  graph: Graph;
  /** Values of the nodes, times the tanh of their scores, [kept, F]. */
  nodes: tf.Tensor2D;
  /** Node of the graph before that each is, ascending. */
  kept: Int32Array;
}

/** Added to the square of the vector's length, so that one of 0 has a gradient. */
const LEAST_SQUARE = 1e-24;

/**
 * Pooling by score (Graph U-Nets, arXiv 1905.05178): a node's score is what it holds along a learnt vector, `x . p / |p|`; of each graph the nodes of the greatest scores stay, those before others where scores are equal, each times the
 * tanh of its score, which is how the vector is learnt. It leaves the smaller graph in the pass, for the layers behind it. Nodes [N, F] to [kept, F].
 *
 * @throws {SwitchyardError} where the ratio is not above 0 and at most 1; in a pass, where there is no graph, or nodes are of another width.
 */
export class TopKPooling extends Module {
  readonly kind = 'top-k-pooling';
  readonly ratio: number;
  private readonly vector: Parameter;

  constructor(options: TopKPoolingOptions) {
    const where = 'graph.TopKPooling';
    const { width, ratio = 0.5, random } = given(where, options);
    super();
    expectNumber(where, 'ratio', ratio, Number.MIN_VALUE, 1);
    this.ratio = ratio;
    this.vector = this.addParameter('vector', Parameter.over([Axis.of('width', width)], (shape) => random.child('vector').uniform(shape, -1, 1))); // prettier-ignore
  }

  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    return tf.tidy(() => {
      const { graph, nodes } = this.pool(x, ctx);
      enterGraph(graph, ctx);
      return nodes;
    });
  }

  /** Nodes that are kept of the graph of the pass, which stays in it. Call it within a tidy. */
  pool(x: tf.Tensor, ctx: Context): PooledGraph {
    const graph = graphOfPass(this, ctx);
    const vector = this.vector.read();
    expectShape(ctx.path || this.kind, x, [graph.numNodes, vector.shape[0]!]);
    const along = vector.div<tf.Tensor1D>(vector.square().sum().add(LEAST_SQUARE).sqrt());
    const scores = x.matMul(along.reshape([-1, 1])) as tf.Tensor2D;
    const kept = greatest(graph, scores.dataSync<'float32'>(), this.ratio);
    const rows = tf.tensor1d(kept, 'int32');
    const nodes = tf.gather(x, rows).mul<tf.Tensor2D>(tf.gather(scores, rows).tanh());
    return { graph: among(graph, kept), nodes, kept };
  }
}

/** Nodes of the greatest scores of each graph, ascending. */
function greatest({ graphOf, numGraphs, numNodes }: Graph, scores: Float32Array, ratio: number): Int32Array {
  const all = Array.from({ length: numGraphs }, () => [] as number[]);
  for (let node = 0; node < numNodes; node++) {
    all[graphOf?.[node] ?? 0].push(node);
  }
  const kept = all.flatMap((nodes) => nodes.sort((a, b) => scores[b] - scores[a] || a - b).slice(0, Math.ceil(ratio * nodes.length))); // prettier-ignore
  return Int32Array.from(kept).sort();
}

/** The graph of some nodes, each still of its graph of a batch. */
function among(graph: Graph, kept: Int32Array): Graph {
  const { graphOf, numGraphs } = graph;
  const options = subgraph(graph, kept).directedOptions;
  return fromEdges({ ...options, graphOf: graphOf && kept.map((node) => graphOf[node]), numGraphs });
}
