import type { Envelope } from './envelope';
import type { Count, Index, Magnitude, Positive, Text } from './numbers';

/** Which experts are alike, as trees, and which were merged. */
export type MergeTreePayload = Envelope<'merge-tree', MergeTreeData>;

export interface MergeTreeData {
  /** What distances measure, for example "1 - cosine of router logits". */
  metric: Text;
  /**
   * The layers in order of depth; L.
   * @maxItems 1024
   */
  layers: ExpertTree[];
  /** Layers left out, evenly over the depth, because they would not fit; absent where none is. */
  omitted?: Count;
}

export interface ExpertTree {
  /** Module path. */
  path: Text;
  /**
   * A label for each expert; E.
   * @minItems 1
   * @maxItems 512
   */
  experts: Text[];
  /** Joins, nearest first; E - 1 at most, fewer where the clustering stopped. */
  merges: Merge[];
  /** Group of each expert after merging, from 0; E. Empty where nothing was merged. */
  groups: Index[];
}

/** One join: numbers below E are experts, E + i is the cluster that join i made. */
export interface Merge {
  left: Count;
  right: Count;
  distance: Magnitude;
  /** Experts in the new cluster. */
  size: Positive;
}
