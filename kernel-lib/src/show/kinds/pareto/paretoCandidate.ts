import type { Tradeoff } from '../../../base/math';

/** A point of the plane of cost and quality. */
export interface ParetoCandidate extends Tradeoff {
  /** Default: its number. */
  label?: string;
  /** The set that it belongs to. Default "candidates". */
  series?: string;
  /** Ends of an interval round its quality. */
  low?: number | null;
  high?: number | null;
  /** False for what is shown beside only (an oracle, which knows the outcome): it is never on the front. Default true. */
  competes?: boolean;
}
