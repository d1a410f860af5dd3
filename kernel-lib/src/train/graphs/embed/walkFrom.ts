import type { Graph } from '../../../base/graph';

/** Nodes of a random walk along the edges, its start and so many more: along each edge of a node in proportion to its weight, never along one of weight 0 or less; fewer where none leads on. */
export function walkFrom(graph: Graph, start: number, length: number, next: () => number): number[] {
  const path = [start];
  while (path.length <= length) {
    const to = stepFrom(graph, path[path.length - 1], next);
    if (to === undefined) {
      break;
    }
    path.push(to);
  }
  return path;
}

function stepFrom({ outgoing, weights }: Graph, node: number, next: () => number): number | undefined {
  const [first, end] = [outgoing.starts[node], outgoing.starts[node + 1]];
  if (weights === undefined) {
    return first === end ? undefined : outgoing.neighbours[first + Math.floor(next() * (end - first))];
  }
  const odds = Array.from(outgoing.edges.subarray(first, end), (edge) => Math.max(0, weights[edge]));
  let left = next() * odds.reduce((sum, each) => sum + each, 0);
  let to: number | undefined;
  for (let i = 0; i < odds.length && left >= 0; i++) {
    if (odds[i] > 0) {
      to = outgoing.neighbours[first + i];
      left -= odds[i];
    }
  }
  return to;
}
