import type { Graph } from '../../../base/graph';

/** Nodes of a random walk along the edges, its start and so many more; fewer where no edge leaves. */
export function walkFrom(
  { outgoing: { starts, neighbours } }: Graph,
  start: number,
  length: number,
  next: () => number
): number[] {
  const path = [start];
  while (path.length <= length) {
    const node = path[path.length - 1];
    const degree = starts[node + 1] - starts[node];
    if (degree === 0) {
      break;
    }
    path.push(neighbours[starts[node] + Math.floor(next() * degree)]);
  }
  return path;
}
