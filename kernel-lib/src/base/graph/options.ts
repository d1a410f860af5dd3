/** Ends of edges: pairs, or two lists of the same length. */
export type EdgeList =
  | readonly (readonly [source: number, target: number])[]
  | { readonly sources: ArrayLike<number>; readonly targets: ArrayLike<number> };

/** Values of nodes or edges, one row each: rows, or all of them row by row with their width. */
export type FeatureRows = readonly ArrayLike<number>[] | { readonly values: ArrayLike<number>; readonly width: number };

/** Features, one row for each node or edge, [rows, width], row by row. */
export interface Features {
  readonly values: Float32Array;
  readonly width: number;
}

/** Options of `graph.fromEdges`. */
export interface GraphOptions {
  /** N, isolated nodes too. */
  numNodes: number;
  /** Source and target of each edge, 0..N-1. Parallel edges and loops stay. */
  edges: EdgeList;
  /** Whether each edge leads both ways; a loop stays one. Default false. */
  undirected?: boolean;
  /** Weight of each edge, finite. Default: all 1, and `weights` of the graph is undefined. */
  weights?: ArrayLike<number>;
  /** [N, F]. */
  nodeFeatures?: FeatureRows;
  /** [edges, F]; both ways of an undirected edge have the same. */
  edgeFeatures?: FeatureRows;
  /** Type of each node, from 0; [N]. */
  nodeTypes?: ArrayLike<number>;
  /** Type (relation) of each edge, from 0. */
  edgeTypes?: ArrayLike<number>;
  /** Graph of each node, from 0 and ascending, where several are batched; [N]. Default: one graph. */
  graphOf?: ArrayLike<number>;
  /** Number of graphs, for those at the end that have no node. Default: the last of `graphOf` + 1. */
  numGraphs?: number;
}
