import { expectNumber, Random } from '../../../base/core';
import { fromEdges, type Graph, takeRows } from '../../../base/graph';
import { drawNegatives } from './negatives';
import { type Pair, PairSpace } from './pairSpace';
import { checkedShares, type SplitShares, sizesOf } from './shares';

/** Options of `graph.splits.links`. */
export interface LinkSplitOptions extends SplitShares {
  /** Negative pairs for each positive. Default 1. */
  negatives?: number;
  /** Types of the nodes that links lead from and to, in a graph of two kinds of nodes; edges between others are never asked for. Default: all. */
  between?: readonly [from: number, to: number];
}

/** Links that are asked for in one part. */
export interface LinkPart {
  /** Pairs that are joined, each once: of an undirected graph the lower node first. */
  positives: Pair[];
  /** Pairs that are not. */
  negatives: Pair[];
  /** Graph over which messages go while these are asked for. */
  messages: Graph;
}

/** Links in three parts. */
export interface LinkSplit {
  train: LinkPart;
  validation: LinkPart;
  test: LinkPart;
}

/**
 * Links of a graph in parts that know nothing of each other. A pair with all its edges (both directions of an undirected graph, parallel ones, each relation) is in one part. Messages of training and of validation go over
 * training's edges, those of the test over validation's too. Negatives of validation and test are no edge at all, and those of one are not in the other; training's are only no edge of training: that they avoided the others
 * would tell which those are. Of a batch, pairs are within its graphs.
 *
 * @throws {SwitchyardError} where a part that is asked for would be empty, or there are too few pairs without an edge.
 */
export function links(graph: Graph, options: LinkSplitOptions = {}): LinkSplit {
  const where = 'graph.splits.links';
  const { seed = 0, negatives = 1, between } = options;
  const shares = checkedShares(where, options);
  expectNumber(where, 'negatives', negatives, 0);
  const random = Random.fromSeed(seed).child(where);
  const space = new PairSpace(where, graph, between);
  const joined = space.joined();
  const order = random.child('positives').shuffle([...joined].sort((a, b) => a - b));
  const sizes = sizesOf(where, 'links', order.length, shares);
  const held = sizes.validation + sizes.test;
  const [validation, test, train] = [order.slice(0, sizes.validation), order.slice(sizes.validation, held), order.slice(held)]; // prettier-ignore
  const count = (positives: readonly number[]): number => Math.round(negatives * positives.length);
  const evaluated = drawNegatives(where, space, joined, count(validation) + count(test), random.child('evaluated'));
  const forTraining = drawNegatives(where, space, new Set(train), count(train), random.child('train'));
  const pairs = (keys: readonly number[]): Pair[] => [...keys].sort((a, b) => a - b).map((key) => space.pair(key));
  const messages = without(graph, space, new Set([...validation, ...test]));
  return {
    train: { positives: pairs(train), negatives: forTraining, messages },
    validation: { positives: pairs(validation), negatives: evaluated.slice(0, count(validation)), messages },
    test: {
      positives: pairs(test),
      negatives: evaluated.slice(count(validation)),
      messages: without(graph, space, new Set(test))
    }
  };
}

/** A graph without the edges of some pairs. */
function without(graph: Graph, space: PairSpace, keys: ReadonlySet<number>): Graph {
  const { sources, targets, weights, edgeFeatures, edgeTypes, undirected } = graph;
  const stays = Int32Array.from(sources.keys()).filter((edge) => {
    const key = space.key(sources[edge], targets[edge]);
    // Of an undirected edge one way is given.
    return (key === null || !keys.has(key)) && (!undirected || sources[edge] <= targets[edge]);
  });
  return fromEdges({
    ...graph.directedOptions,
    undirected,
    edges: { sources: stays.map((edge) => sources[edge]), targets: stays.map((edge) => targets[edge]) },
    weights: weights && Float32Array.from(stays, (edge) => weights[edge]),
    edgeTypes: edgeTypes && stays.map((edge) => edgeTypes[edge]),
    edgeFeatures: edgeFeatures && takeRows(edgeFeatures, stays)
  });
}
