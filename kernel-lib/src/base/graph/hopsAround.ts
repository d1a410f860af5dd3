import type { Graph } from './graph';

/** A node and how many steps it lies from where a search began. */
export interface NearNode {
  node: number;
  distance: number;
}

/** A function that finds the nodes within a radius of one, edges taken both ways: by distance, then by number. A search costs what it finds. */
export function hopsAround({ numNodes, incoming, outgoing }: Graph, radius: number): (node: number) => NearNode[] {
  const seen = new Int32Array(numNodes).fill(-1);
  return (start) => {
    seen[start] = start;
    const found: NearNode[] = [{ node: start, distance: 0 }];
    let from = 0;
    for (let distance = 1; distance <= radius && from < found.length; distance++) {
      const next: number[] = [];
      for (; from < found.length; from++) {
        for (const { starts, neighbours } of [incoming, outgoing]) {
          for (let e = starts[found[from].node]; e < starts[found[from].node + 1]; e++) {
            if (seen[neighbours[e]] !== start) {
              seen[neighbours[e]] = start;
              next.push(neighbours[e]);
            }
          }
        }
      }
      next.sort((a, b) => a - b).forEach((node) => found.push({ node, distance }));
    }
    // The same node may be searched from again.
    found.forEach(({ node }) => (seen[node] = -1));
    return found;
  };
}
