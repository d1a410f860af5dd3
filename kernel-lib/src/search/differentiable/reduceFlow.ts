/** A weighted graph from 0 to N - 1 whose edges go up, with what enters at each node and leaves from it. */
export interface FlowGraph {
  /** [N], none negative. */
  readIn: readonly number[];
  /** [i, j, weight], i < j, weights none negative. */
  edges: readonly (readonly [from: number, to: number, weight: number])[];
  /** [N], none negative. */
  readOut: readonly number[];
}

/** Rest of a graph: nodes that are read into, edges by number, nodes that are read out of. */
export interface ReducedFlow {
  readIn: number[];
  edges: number[];
  readOut: number[];
}

/**
 * Flow-based reduction (arXiv 2303.06856): an edge carries the sum over all ways from read-in to read-out, through it, of the products of their weights. What carries less than `threshold` of all
 * flow goes, but for the strongest way; and then what no longer lies on a way from read-in to read-out.
 */
export function reduceFlow({ readIn, edges, readOut }: FlowGraph, threshold: number): ReducedFlow {
  const ascending = edges.map((edge, index) => ({ edge, index })).sort((a, b) => a.edge[1] - b.edge[1] || a.edge[0] - b.edge[0]); // prettier-ignore
  const descending = [...ascending].sort((a, b) => b.edge[0] - a.edge[0] || b.edge[1] - a.edge[1]);
  const before = [...readIn];
  ascending.forEach(({ edge: [from, to, weight] }) => (before[to] += before[from] * weight));
  const after = [...readOut];
  descending.forEach(({ edge: [from, to, weight] }) => (after[from] += weight * after[to]));
  const least = threshold * readIn.reduce((sum, each, i) => sum + each * after[i], 0);
  const way = strongestWay({ readIn, edges, readOut });
  const kept = {
    readIn: keep(readIn.map((each, i) => each * after[i]), least, way.readIn), // prettier-ignore
    edges: keep(edges.map(([from, to, weight]) => before[from] * weight * after[to]), least, way.edges), // prettier-ignore
    readOut: keep(readOut.map((each, i) => before[i] * each), least, way.readOut) // prettier-ignore
  };
  // Reached from what is read into, and leading to what is read out of.
  const reached = new Set(kept.readIn);
  ascending.forEach(({ edge: [from, to], index }) => kept.edges.includes(index) && reached.has(from) && reached.add(to)); // prettier-ignore
  const leading = new Set(kept.readOut);
  descending.forEach(({ edge: [from, to], index }) => kept.edges.includes(index) && leading.has(to) && leading.add(from)); // prettier-ignore
  return {
    readIn: kept.readIn.filter((node) => leading.has(node)),
    edges: kept.edges.filter((index) => reached.has(edges[index][0]) && leading.has(edges[index][1])),
    readOut: kept.readOut.filter((node) => reached.has(node))
  };
}

function keep(flows: readonly number[], least: number, always: readonly number[]): number[] {
  return flows.flatMap((flow, i) => (flow >= least || always.includes(i) ? [i] : []));
}

/** The way whose weights have the greatest product. */
function strongestWay({ readIn, edges, readOut }: FlowGraph): ReducedFlow {
  const best: { value: number; by: number | null }[] = readIn.map((value) => ({ value, by: null }));
  const order = edges.map((_, i) => i).sort((a, b) => edges[a][1] - edges[b][1] || edges[a][0] - edges[b][0]);
  for (const index of order) {
    const [from, to, weight] = edges[index];
    if (best[from].value * weight > best[to].value) {
      best[to] = { value: best[from].value * weight, by: index };
    }
  }
  const ends = readOut.map((each, i) => each * best[i].value);
  let node = ends.indexOf(Math.max(...ends));
  const way: ReducedFlow = { readIn: [], edges: [], readOut: [node] };
  while (best[node].by !== null) {
    way.edges.push(best[node].by!);
    node = edges[best[node].by!][0];
  }
  way.readIn.push(node);
  return way;
}
