import { tf } from '../../base/backend';
import { Axis, type Context, expectInteger, expectShape, given, Module, type Random, sizeOf } from '../../base/core';
import { adjacencyOf, contracted, type Graph, parsed } from '../../base/graph';
import { edgeGather, neighbourSum } from '../../base/ops/graph';
import { Linear } from '../layers';
import type { GraphLayer, GraphLayerSpec } from './layerSpecs';
import { graphOfPass } from './messagePassing';
import { enterGraph } from './onGraph';
import { readout } from './readout';

/** Options of `graph.GraphParsing`. */
export interface GraphParsingOptions {
  /** Values of a node, F. */
  width: number;
  /** Layer that hears neighbours at each level, F to F; the same at all of them. */
  layer: GraphLayerSpec;
  /** Levels at most. Default 10. */
  levels?: number;
  random: Random;
}

/** A level of a parsed graph. */
export interface ParsedLevel {
  graph: Graph;
  /** Values of its nodes after the layer, [nodes, F]. */
  nodes: tf.Tensor2D;
  /** Node of the next level that each is part of; undefined at the last. */
  clusters?: Int32Array;
}

/**
 * Graph parsing network (arXiv 2402.14393): at each level the edges are scored by `sigmoid(w . (x_i x_j) + b)` of what the layer makes of the nodes, each node follows its best edge (`graph.parsed`), and what that joins becomes one node,
 * the sum of its parts, each times the score by which it came. Layer and scores are the same at all levels, as the rules of a grammar are: how many levels there are, and what becomes of each, is a graph's own. It ends where no edges
 * are left. Nodes [N, F] to the sums of all levels, [graphs, F].
 *
 * @throws {SwitchyardError} where the layer does not give as many values as it takes, or an option is out of range.
 */
export class GraphParsing extends Module {
  readonly kind = 'graph-parsing';
  private readonly layer: GraphLayer;
  private readonly score: Linear;
  private readonly options: { width: number; levels: number };

  constructor(options: GraphParsingOptions) {
    const where = 'graph.GraphParsing';
    const { width, layer, levels = 10, random } = given(where, options);
    super();
    expectInteger(where, 'width', width, 1);
    expectInteger(where, 'levels', levels, 1);
    this.options = { width, levels };
    const axis = Axis.of('width', width).pin('all levels share it');
    this.layer = this.addChild('layer', layer.build({ inputWidth: axis, outputWidth: width, random: random.child('layer') })); // prettier-ignore
    expectInteger(where, 'outputs of the layer', sizeOf(this.layer.outputs), width, width);
    this.score = this.addChild('score', new Linear({ inputWidth: axis, outputWidth: Axis.fixed('score', 1), random: random.child('score') })); // prettier-ignore
  }

  override apply(x: tf.Tensor, ctx: Context): tf.Tensor {
    return tf.tidy(() => tf.addN(this.parse(x, ctx).map(({ nodes, graph }) => readout(nodes, graph, 'sum'))));
  }

  /** All levels, the graph of the pass first. Call it within a tidy. */
  parse(x: tf.Tensor, ctx: Context): ParsedLevel[] {
    const whole = graphOfPass(this, ctx);
    expectShape(ctx.path || 'graph.GraphParsing', x, [whole.numNodes, this.options.width]);
    const levels: ParsedLevel[] = [];
    let [graph, held] = [whole, x];
    while (true) {
      enterGraph(graph, ctx);
      const nodes = this.layer.apply(held, ctx.within('layer')) as tf.Tensor2D;
      if (
        levels.length + 1 === this.options.levels ||
        graph.sources.every((source, e) => source === graph.targets[e])
      ) {
        // prettier-ignore
        levels.push({ graph, nodes });
        break;
      }
      const both = edgeGather(nodes, graph, 'source').mul<tf.Tensor2D>(edgeGather(nodes, graph, 'target'));
      const scores = this.score.apply(both, ctx.within('score')).sigmoid() as tf.Tensor2D;
      const { clusters, numClusters, followed } = parsed(graph, scores.dataSync());
      levels.push({ graph, nodes, clusters });
      held = gathered(nodes, scores, { clusters, numClusters, followed });
      graph = contracted(graph, clusters);
    }
    enterGraph(whole, ctx);
    return levels;
  }
}

/** Sum of what the nodes of each cluster hold, times the score of the edge that each followed; 1 where there was none. */
function gathered(
  nodes: tf.Tensor2D,
  scores: tf.Tensor2D,
  { clusters, numClusters, followed }: ReturnType<typeof parsed>
): tf.Tensor2D {
  // prettier-ignore
  const lonely = tf.tensor2d(followed.map((e) => Number(e < 0)), [nodes.shape[0], 1]); // prettier-ignore
  const gates = tf.gather(scores, tf.tensor1d(followed.map((e) => Math.max(0, e)), 'int32')); // prettier-ignore
  const kept = gates.mul(tf.sub(1, lonely)).add(lonely);
  const order = Int32Array.from(clusters.keys()).sort((a, b) => clusters[a] - clusters[b] || a - b);
  const into = adjacencyOf(order, order.map((node) => clusters[node]), nodes.shape[0], numClusters); // prettier-ignore
  return neighbourSum(nodes.mul<tf.Tensor2D>(kept), into);
}
