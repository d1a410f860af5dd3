import { expectInteger, fail, given } from '../../../base/core';
import type { Features, Graph } from '../../../base/graph';

/** Options of `graph.embed.gte`. */
export interface GteOptions {
  /** Nodes that are items, one column each, I. */
  items: ArrayLike<number>;
  /** Steps of propagation, L. Default 3. */
  layers?: number;
}

/**
 * Graph topology encoder (GTE, Cai et al., 2023, arXiv 2308.11127), without anything that is learnt: items begin one-hot, each step adds up what neighbours hold, and all steps are added: a node's value of an item is the number of walks
 * of at most L edges from it, [N, I], weighted by the graph's weights. Users' rows are their scores of all items.
 *
 * @throws {SwitchyardError} where an item is not there or is named twice.
 */
export function gte(graph: Graph, options: GteOptions): Features {
  const where = 'graph.embed.gte';
  const { items, layers = 3 } = given(where, options);
  expectInteger(where, 'layers', layers, 0);
  const nodes = Array.from(items ?? fail(where, 'items must be given', items));
  nodes.forEach((node) => expectInteger(where, 'items', node, 0, graph.numNodes - 1));
  if (new Set(nodes).size !== nodes.length || nodes.length === 0) {
    fail(where, 'items must be one or more, each named once', nodes);
  }
  const width = nodes.length;
  let now = new Float64Array(graph.numNodes * width);
  nodes.forEach((node, column) => (now[node * width + column] = 1));
  const values = Float32Array.from(now);
  for (let layer = 0; layer < layers; layer++) {
    const next = new Float64Array(now.length);
    graph.sources.forEach((source, edge) => {
      const [from, to] = [source * width, graph.targets[edge] * width];
      for (let f = 0; f < width; f++) {
        next[to + f] += graph.weightOf(edge) * now[from + f];
      }
    });
    next.forEach((value, i) => (values[i] += value));
    now = next;
  }
  return { values, width };
}
