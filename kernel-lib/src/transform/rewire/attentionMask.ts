import { expectInteger, given } from '../../base/core';
import { fromEdges, type Graph } from '../../base/graph';
import { hopsFrom, neighbourhoods } from '../../base/topology';

/** Options of `graph.rewire.attentionMask`. */
export interface AttentionMaskOptions {
  /** Steps that a node attends to, K: all nodes at most so far. Default 1. */
  hops?: number;
  /** Steps between windows beyond the first: nodes at distance r, 2 r, ... are attended to besides. Default: none. */
  dilation?: number;
  /** Dilated windows. Default 1 where there is a dilation. */
  windows?: number;
  /** Nodes that all attend to and that attend to all, by number. Default: none. */
  global?: readonly number[];
}

/**
 * Mask of attention over a mesh, as a graph that layers of attention run on (mesh transformers, 2025): each node hears itself, its K-hop neighbourhood, shells of dilated windows further out, and global nodes. Features of its edges are
 * how far apart their ends are, one-hot from 0 to the furthest that is kept, with global edges beyond it in the last place. What nodes have is kept; steps are counted with edges taken both ways.
 *
 * @throws {SwitchyardError} where an option is out of range, or a global node is not there.
 */
export function attentionMask(graph: Graph, options: AttentionMaskOptions = {}): Graph {
  const where = 'graph.rewire.attentionMask';
  const { hops = 1, dilation, windows = dilation === undefined ? 0 : 1, global = [] } = given(where, options);
  expectInteger(where, 'hops', hops, 0);
  expectInteger(where, 'dilation', dilation ?? 1, 1);
  expectInteger(where, 'windows', windows, 0, dilation === undefined ? 0 : Infinity);
  global.forEach((node) => expectInteger(where, 'global nodes', node, 0, graph.numNodes - 1));
  const shells = new Set([
    ...Array(hops + 1).keys(),
    ...Array.from({ length: windows }, (_, i) => (i + 1) * dilation!)
  ]);
  const furthest = Math.max(...shells);
  const width = furthest + 1 + Number(global.length > 0);
  const [sources, targets, places]: number[][] = [[], [], []];
  const near = neighbourhoods(graph);
  const everywhere = new Set(global);
  for (let node = 0; node < graph.numNodes; node++) {
    hopsFrom(near, node).forEach((distance, other) => {
      if (shells.has(distance) || everywhere.has(node) || everywhere.has(other)) {
        sources.push(other);
        targets.push(node);
        places.push(shells.has(distance) ? distance : furthest + 1);
      }
    });
  }
  const values = new Float32Array(sources.length * width);
  places.forEach((place, edge) => (values[edge * width + place] = 1));
  const { nodeFeatures, nodeTypes, graphOf, numGraphs } = graph;
  return fromEdges({ numNodes: graph.numNodes, edges: { sources, targets }, edgeFeatures: { values, width }, nodeFeatures, nodeTypes, graphOf, numGraphs }); // prettier-ignore
}
