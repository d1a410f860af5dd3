/** Compressed rows of a graph: the edges of each node side by side. */
export interface CompressedRows {
  /** Where the edges of each node begin, and where the last end; [N + 1]. */
  readonly starts: Int32Array;
  /** Node at the other end of each; [M]. */
  readonly neighbours: Int32Array;
  /** Number of each edge in the graph; [M]. */
  readonly edges: Int32Array;
}

/** Edges by one of their ends, in the order of that end and then of their numbers. */
export function compressRows(numNodes: number, ends: Int32Array, others: Int32Array): CompressedRows {
  const starts = new Int32Array(numNodes + 1);
  ends.forEach((end) => starts[end + 1]++);
  for (let node = 0; node < numNodes; node++) {
    starts[node + 1] += starts[node];
  }
  const next = starts.slice();
  const [neighbours, edges] = [new Int32Array(ends.length), new Int32Array(ends.length)];
  ends.forEach((end, edge) => {
    const at = next[end]++;
    neighbours[at] = others[edge];
    edges[at] = edge;
  });
  return { starts, neighbours, edges };
}
