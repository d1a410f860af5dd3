import type { Envelope } from './envelope';
import type { Count, Index, Numeric, Text } from './numbers';

/** A graph whose edges were added and removed, with the curvature that said where. */
export type GraphRewiringPayload = Envelope<'graph-rewiring', GraphRewiringData>;

export interface GraphRewiringData {
  /** What curvature is measured, for example "balanced Forman". */
  measure: Text;
  /**
   * Names of the nodes' classes; empty where they have none.
   * @maxItems 64
   */
  classes: Text[];
  /** @maxItems 512 */
  nodes: GraphNode[];
  /** @maxItems 1024 */
  edges: GraphEdge[];
  /** Edges left out because they would not fit; absent where none is. */
  omitted?: Count;
}

/** A node and its place in the picture; the sender lays out, so that the picture is the same each time. */
export interface GraphNode {
  label: Text;
  /** Index into `classes`, or -1. */
  class: Index;
  x: number;
  y: number;
}

export interface GraphEdge {
  /** Index of a node. */
  from: Count;
  to: Count;
  /** Null where it is unknown. */
  curvature: Numeric;
  state: 'kept' | 'added' | 'removed';
}
