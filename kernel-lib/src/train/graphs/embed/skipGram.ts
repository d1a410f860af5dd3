import { expectInteger, expectNumber, fail, given, Random } from '../../../base/core';
import type { Features, Graph } from '../../../base/graph';
import { walkFrom } from './walkFrom';

/** Options of `graph.embed.skipGram`. */
export interface SkipGramOptions {
  /** Width of the embedding, F. */
  dim: number;
  /** Epochs, in each of which a walk starts at every node. Default 5. */
  epochs?: number;
  /** Steps of a walk. Default 10. */
  length?: number;
  /** Steps to either side that belong together. Default 3. */
  window?: number;
  /** Drawn nodes for each pair. Default 3. */
  negatives?: number;
  /** Default 0.05. */
  learningRate?: number;
  /** Embedding to begin with, [N, F], such as `graph.embed.partitionInit`. Default: uniform, within 1 / 2F. */
  initial?: Features;
  /** Is given the embedding after each epoch. */
  watch?: (embedding: Features, epoch: number) => void;
  /** Default 0. */
  seed?: number;
}

/**
 * Embedding of nodes by skip-gram on random walks, by the weights of edges, with negative sampling (DeepWalk, arXiv 1403.6652), [N, F]: nodes that walks pass within a window of each other get a large product of one's vector and the other's context vector, drawn ones a
 * small one. On the host, one pair after the other.
 *
 * @throws {SwitchyardError} where an option is out of range, or what it begins with is of another shape.
 */
export function skipGram(graph: Graph, options: SkipGramOptions): Features {
  const where = 'graph.embed.skipGram';
  const { dim, epochs = 5, length = 10, window = 3, negatives = 3, learningRate = 0.05, initial, watch, seed = 0 } = given(where, options); // prettier-ignore
  Object.entries({ dim, length, window, negatives }).forEach(([name, value]) => expectInteger(where, name, value, 1));
  expectInteger(where, 'epochs', epochs, 0);
  expectNumber(where, 'learningRate', learningRate, 0);
  const { numNodes } = graph;
  if (initial !== undefined && (initial.width !== dim || initial.values.length !== numNodes * dim)) {
    fail(where, `initial must be [${numNodes}, ${dim}]`, [initial.values.length / initial.width, initial.width]);
  }
  const random = Random.fromSeed(seed).child(where);
  const next = random.child('walks').generator();
  const draw = random.child('initial').generator();
  const own = initial === undefined ? Float32Array.from({ length: numNodes * dim }, () => (draw() - 0.5) / dim) : initial.values.slice(); // prettier-ignore
  // Contexts begin with what nodes do, so that a start that says something is heard at once.
  const contexts = initial === undefined ? new Float32Array(numNodes * dim) : initial.values.slice();
  const change = new Float32Array(dim);
  const learn = (node: number, context: number, label: 0 | 1): void => {
    let score = 0;
    for (let f = 0; f < dim; f++) {
      score += own[node * dim + f] * contexts[context * dim + f];
    }
    const slope = learningRate * (label - 1 / (1 + Math.exp(-score)));
    for (let f = 0; f < dim; f++) {
      change[f] += slope * contexts[context * dim + f];
      contexts[context * dim + f] += slope * own[node * dim + f];
    }
  };
  const embedding: Features = { values: own, width: dim };
  for (let epoch = 0; epoch < epochs; epoch++) {
    const order = random
      .child('order')
      .child(epoch)
      .shuffle(Array.from({ length: numNodes }, (_, node) => node));
    order.forEach((start) => {
      const path = walkFrom(graph, start, length, next);
      path.forEach((node, at) => {
        for (let beside = Math.max(0, at - window); beside <= Math.min(path.length - 1, at + window); beside++) {
          if (beside !== at) {
            change.fill(0);
            learn(node, path[beside], 1);
            for (let i = 0; i < negatives; i++) {
              learn(node, Math.floor(next() * numNodes), 0);
            }
            change.forEach((value, f) => (own[node * dim + f] += value));
          }
        }
      });
    });
    watch?.({ values: own.slice(), width: dim }, epoch);
  }
  return embedding;
}
