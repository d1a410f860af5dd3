import { expectInteger, fail } from '../core';
import { Graph } from './graph';

/**
 * The edges of a meta-relation: an edge from each node to each that it reaches over edges of these types, one after the other, of the number of such paths (the product of their weights) as its weight. Nodes stay as they are; edges
 * have no types.
 *
 * @throws {SwitchyardError} where edges have no types, or no relation is named.
 */
export function composed(graph: Graph, relations: readonly number[]): Graph {
  const where = 'graph.composed';
  const { edgeTypes, outgoing, numNodes } = graph;
  if (edgeTypes === undefined || relations.length === 0) {
    fail(where, 'edges must have types, and a relation must be named', edgeTypes === undefined ? 'no types' : 'none');
  }
  relations.forEach((relation) => expectInteger(where, 'relations', relation, 0));
  const [sources, targets, weights]: number[][] = [[], [], []];
  for (let node = 0; node < numNodes; node++) {
    let reached = new Map([[node, 1]]);
    for (const relation of relations) {
      const next = new Map<number, number>();
      reached.forEach((count, at) => {
        for (let e = outgoing.starts[at]; e < outgoing.starts[at + 1]; e++) {
          if (edgeTypes[outgoing.edges[e]] === relation) {
            const to = outgoing.neighbours[e];
            next.set(to, (next.get(to) ?? 0) + count * graph.weightOf(outgoing.edges[e]));
          }
        }
      });
      reached = next;
    }
    reached.forEach((count, to) => {
      sources.push(node);
      targets.push(to);
      weights.push(count);
    });
  }
  const { nodeFeatures, nodeTypes, graphOf, numGraphs } = graph;
  return new Graph(where, { numNodes, edges: { sources, targets }, weights, nodeFeatures, nodeTypes, graphOf, numGraphs }); // prettier-ignore
}
