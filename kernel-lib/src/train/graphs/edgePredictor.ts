import { tf } from '../../base/backend';
import { Context, expectInteger, expectShape, fail, given, Random } from '../../base/core';
import type { Graph } from '../../base/graph';
import { embed } from '../../base/ops';
import { Linear } from '../../nn/layers';
import { descend } from './descend';

/** Options of `graph.edgePredictor`. */
export interface EdgePredictorOptions {
  /** Width of the space in which likely ends lie near each other, F. Default 16. */
  dim?: number;
  /** Steps of training. Default 100. */
  steps?: number;
  /** Default 0.03. */
  learningRate?: number;
  /** Default 0. */
  seed?: number;
}

/** A predictor of edges; dispose it. */
export interface EdgePredictor {
  /** Logits of edges of each of these rows of features, [K, F], to each node of the graph; [K][N]. */
  scores(features: tf.Tensor2D): number[][];
  dispose(): void;
}

/**
 * Predictor of edges from what nodes hold, trained on the edges that are there: both ends go through one linear map, and their product is told from that of as many drawn pairs. So new nodes can be joined to a graph
 * (`graph.rewire.insertNodes`).
 *
 * @throws {SwitchyardError} where the graph has no edge or no features of nodes, or an option is out of range.
 */
export function edgePredictor(graph: Graph, options: EdgePredictorOptions = {}): EdgePredictor {
  const where = 'graph.edgePredictor';
  const { dim = 16, steps = 100, learningRate = 0.03, seed = 0 } = given(where, options);
  expectInteger(where, 'dim', dim, 1);
  expectInteger(where, 'steps', steps, 1);
  const { values, width } = graph.nodeFeatures ?? fail(where, 'the graph must have features of nodes', 'none');
  const { numNodes, numEdges } = graph;
  if (numEdges === 0) {
    fail(where, 'there must be an edge', 0);
  }
  const random = Random.fromSeed(seed).child(where);
  const map = new Linear({ inputWidth: width, outputWidth: dim, random: random.child('map') });
  const x = tf.tensor2d(values, [numNodes, width]);
  const loss = (step: number): tf.Scalar => {
    const next = random.child('pairs').child(step).generator();
    const drawn = (): Int32Array => Int32Array.from({ length: numEdges }, () => Math.floor(next() * numNodes));
    const space = map.apply(x, Context.create()) as tf.Tensor2D;
    const logits = (sources: Int32Array, targets: Int32Array): tf.Tensor =>
      embed(space, tf.tensor1d(sources, 'int32')).mul(embed(space, tf.tensor1d(targets, 'int32'))).sum(1); // prettier-ignore
    const there = logits(graph.sources, graph.targets).neg().softplus().mean();
    return there.add(logits(drawn(), drawn()).softplus().mean());
  };
  descend(where, map, { steps, learningRate, seed }, loss);
  return {
    scores: (features) => {
      expectShape(where, features, ['K', width]);
      return tf.tidy(() => {
        const [ours, theirs] = [features, x].map((rows) => map.apply(rows, Context.create()) as tf.Tensor2D);
        return (tf.matMul(ours, theirs, false, true) as tf.Tensor2D).arraySync();
      });
    },
    dispose: () => [x, map].forEach((each) => each.dispose())
  };
}
