import { expectInteger, given } from '../core';
import { type Graph, hopsAround, inducedBeside, type NearNode, subgraph } from '../graph';
import { partition } from './partition';

/** Options of `graph.patches`. */
export interface PatchesOptions {
  /** Patches of each graph, P; of a graph with fewer nodes the last ones are empty. */
  parts: number;
  /** Steps by which each patch reaches into its neighbours. Default 1, with which each edge is in a patch. */
  overlap?: number;
  /** Default 0. */
  seed?: number;
}

/** Patches of graphs, side by side. */
export interface Patches {
  /** All patches as one graph, patch p of graph g is graph g P + p. */
  graph: Graph;
  /** Node of the original graph that each row stands for. */
  nodes: Int32Array;
}

/**
 * Patches of a graph, or of each graph of a batch (arXiv 2212.13350): parts of a balanced partition (`graph.partition`), each with what is within some steps of it and all edges among these, so that patches overlap.
 *
 * @throws {SwitchyardError} where an option is out of range.
 */
export function patches(graph: Graph, options: PatchesOptions): Patches {
  const where = 'graph.patches';
  const { parts, overlap = 1, seed = 0 } = given(where, options);
  expectInteger(where, 'parts', parts, 1);
  expectInteger(where, 'overlap', overlap, 0);
  const near = hopsAround(graph, overlap);
  const own: number[][] = Array.from({ length: graph.numGraphs }, () => []);
  (graph.graphOf ?? new Int32Array(graph.numNodes)).forEach((of, node) => own[of].push(node));
  const all = own.flatMap((nodes) => {
    const count = Math.min(parts, nodes.length);
    const of = count === 0 ? [] : partition(subgraph(graph, nodes), { parts: count, seed });
    return Array.from({ length: parts }, (_, part) => {
      const found = new Map<number, NearNode>();
      nodes.filter((_node, i) => of[i] === part).forEach((node) => near(node).forEach((each) => {
        const known = found.get(each.node);
        if (known === undefined || each.distance < known.distance) {
          found.set(each.node, each);
        }
      })); // prettier-ignore
      return [...found.values()].sort((a, b) => a.node - b.node);
    });
  });
  const made = inducedBeside(where, graph, all);
  return { graph: made.graph, nodes: made.nodes };
}
