import type { Envelope } from './envelope';
import type { Count, Magnitude, Numeric, Positive, Share, Text } from './numbers';

/** What pruning keeps of each parameter, and what it saves. */
export type MasksPayload = Envelope<'masks', MasksData>;

export interface MasksData {
  /** "mask": shapes stay and entries are zero; "shrink": the network is really smaller. */
  mode: 'mask' | 'shrink';
  /**
   * Pruned groups in order of depth.
   * @maxItems 1024
   */
  groups: MaskGroup[];
  /** Groups left out, evenly over the depth, because they would not fit; absent where none is. */
  omitted?: Count;
  before: Cost;
  after: Cost;
  /** A measure of the network's quality; null where none was taken. */
  metric: { name: Text; before: Numeric; after: Numeric } | null;
}

export interface MaskGroup {
  /** Path of the parameter, for example "layers.2.moe.experts.w1". */
  path: Text;
  /** What is kept or goes as one, for example "weight", "channel", "head", "expert". */
  granularity: Text;
  /**
   * Shape before pruning.
   * @maxItems 6
   */
  shape: Positive[];
  /** Share of entries kept. */
  kept: Share;
  /**
   * Share of entries kept in each cell of a grid laid over rows and columns; at most 64 x 64. Empty where it would not fit.
   * @maxItems 64
   */
  grid: Share[][];
  /**
   * Importance of the units in their order, or of evenly spaced ones; empty where unknown.
   * @maxItems 256
   */
  importance: Numeric[];
}

export interface Cost {
  parameters: Count;
  /** Floating-point operations of one token or input; null where unknown. */
  flops: Magnitude | null;
  /** Measured milliseconds of a pass; null where not measured. */
  milliseconds: Magnitude | null;
  /** Bytes of the parameters; null where unknown. */
  bytes: Count | null;
}
