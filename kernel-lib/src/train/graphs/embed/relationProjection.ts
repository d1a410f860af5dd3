import { expectInteger, fail, given, Random } from '../../../base/core';
import { type Features, type Graph } from '../../../base/graph';

/** Options of `graph.embed.relationProjection`. */
export interface RelationProjectionOptions {
  /** Hops, K. */
  hops: number;
  /** Width that what a hop collects is squashed to, d. */
  dim: number;
  /** Types of edges, R. Default: the highest of the graph and one. */
  relations?: number;
  /** Whether each relation is also followed back from where it led ("even" steps), so that a node hears those that share its neighbours. Default true. */
  evenOdd?: boolean;
  /** Default 0. */
  seed?: number;
}

/**
 * Features of a typed graph for a network without messages, computed once (RpHGNN, arXiv 2310.14481): in each hop a node collects, for each relation apart, the mean of what its neighbours hold, and of theirs back along it; all of it is kept, and
 * squashed by random projections, a matrix for each relation, to one state of width d for the next hop. [N, F + K R s d'] with s 2 (1 without even steps), d' the features' width in the first hop and d in the others: linear in hops, where
 * paths of relations would be R^K.
 *
 * @throws {SwitchyardError} where nodes have no features, a type of an edge is R or more, or an option is out of range.
 */
export function relationProjection(graph: Graph, options: RelationProjectionOptions): Features {
  const where = 'graph.embed.relationProjection';
  const { hops, dim, evenOdd = true, seed = 0, relations = 1 + (graph.edgeTypes?.reduce((a, b) => Math.max(a, b), 0) ?? 0) } = given(where, options); // prettier-ignore
  Object.entries({ hops, dim, relations }).forEach(([name, value]) => expectInteger(where, name, value, 1));
  const wrong = graph.edgeTypes?.find((type) => type >= relations);
  if (wrong !== undefined) {
    fail(where, `types of edges must be 0..${relations - 1}`, wrong);
  }
  const { values, width } = graph.nodeFeatures ?? fail(where, 'nodes must have features', 'none');
  const random = Random.fromSeed(seed).child(where);
  let state: Block = { values: Float64Array.from(values), width };
  const kept: Block[] = [state];
  for (let hop = 0; hop < hops; hop++) {
    const collected = Array.from({ length: relations }, (_, relation) => {
      const odd = meanBy(graph, state, relation, true);
      return evenOdd ? [odd, meanBy(graph, odd, relation, false)] : [odd];
    }).flat();
    kept.push(...collected);
    state = squashed(collected, dim, random.child(hop));
  }
  return beside(kept, graph.numNodes);
}

/** Rows of one width, row by row. */
interface Block {
  values: Float64Array;
  width: number;
}

/** Mean of what the ends of a relation's edges hold, at the other ends; 0 where none is. */
function meanBy(
  { numNodes, sources, targets, edgeTypes }: Graph,
  { values, width }: Block,
  relation: number,
  along: boolean
): Block {
  const out = new Float64Array(numNodes * width);
  const counts = new Float64Array(numNodes);
  sources.forEach((source, edge) => {
    if ((edgeTypes?.[edge] ?? 0) === relation) {
      const [from, to] = along ? [source, targets[edge]] : [targets[edge], source];
      counts[to]++;
      for (let f = 0; f < width; f++) {
        out[to * width + f] += values[from * width + f];
      }
    }
  });
  return { values: out.map((value, i) => value / Math.max(1, counts[Math.floor(i / width)])), width };
}

/** Sum of the blocks, each by a random matrix of its own and over its root mean square, so that none drowns the others. */
function squashed(blocks: readonly Block[], dim: number, random: Random): Block {
  const rows = blocks[0].values.length / blocks[0].width;
  const out = new Float64Array(rows * dim);
  blocks.forEach(({ values, width }, b) => {
    const drawn = random.child(b).normal([width, dim]);
    const matrix = drawn.dataSync();
    drawn.dispose();
    const size = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length) || 1;
    for (let row = 0; row < rows; row++) {
      for (let f = 0; f < width; f++) {
        const value = values[row * width + f] / (size * Math.sqrt(dim));
        for (let j = 0; value !== 0 && j < dim; j++) {
          out[row * dim + j] += value * matrix[f * dim + j];
        }
      }
    }
  });
  return { values: out, width: dim };
}

function beside(blocks: readonly Block[], rows: number): Features {
  const width = blocks.reduce((sum, block) => sum + block.width, 0);
  const values = new Float32Array(rows * width);
  let start = 0;
  for (const block of blocks) {
    for (let row = 0; row < rows; row++) {
      values.set(block.values.subarray(row * block.width, (row + 1) * block.width), row * width + start);
    }
    start += block.width;
  }
  return { values, width };
}
