import { type CompressedRows, compressRows } from './csr';

/** Edges from S sources to R targets, in compressed rows both ways: a {@link Graph} (S and R its nodes), or what is derived from one. */
export interface Adjacency {
  readonly numSources: number;
  readonly numTargets: number;
  readonly numEdges: number;
  /** Source of each edge, [M]. */
  readonly sources: Int32Array;
  /** Target of each edge, ascending, [M]. */
  readonly targets: Int32Array;
  /** Edges by target; an edge's number is its place. */
  readonly incoming: CompressedRows;
  /** Edges by source: the transposed matrix. */
  readonly outgoing: CompressedRows;
}

/** Edges of a graph with other sources or targets, in the same order; targets must ascend. */
export function adjacencyOf(
  sources: Int32Array,
  targets: Int32Array,
  numSources: number,
  numTargets: number
): Adjacency {
  let leaving: CompressedRows | undefined;
  return {
    ...{ numSources, numTargets, numEdges: sources.length, sources, targets },
    incoming: compressRows(numTargets, targets, sources),
    get outgoing() {
      leaving ??= compressRows(numSources, sources, targets);
      return leaving;
    }
  };
}

/** A function of graphs (or their edges) that is computed once of each, and forgotten with it. */
export function perGraph<G extends object, T>(compute: (graph: G) => T): (graph: G) => T {
  const known = new WeakMap<G, T>();
  return (graph) => {
    const found = known.get(graph);
    if (found !== undefined) {
      return found;
    }
    const made = compute(graph);
    known.set(graph, made);
    return made;
  };
}
