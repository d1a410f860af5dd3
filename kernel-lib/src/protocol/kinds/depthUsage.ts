import type { Envelope } from './envelope';
import type { Count, Index, Magnitude, Numeric, Share, Text } from './numbers';

/** What was executed of each layer: nothing, a small or a big module, so many recursions. */
export type DepthUsagePayload = Envelope<'depth-usage', DepthUsageData>;

export interface DepthUsageData {
  /**
   * The layers in order of depth; L.
   * @maxItems 1024
   */
  layers: Text[];
  /** Layers left out, evenly over the depth, because they would not fit; absent where none is. */
  omitted?: Count;
  /**
   * What a token may take of a layer, the cheapest first, for example "skip", "small", "big"; M.
   * @minItems 1
   * @maxItems 32
   */
  modules: Text[];
  /** Share of all tokens that took each module; [L][M], rows sum to 1, or all 0 where no token came. */
  usage: Share[][];
  /** Floating-point operations of one token in each module; [L][M], null where a layer does not have it. Empty where unknown. */
  flops: (Magnitude | null)[][];
  /**
   * What was executed over all tokens in the costliest modules, in operations or in what the router counts (calls of a big
   * module); null where unknown.
   */
  cost: Share | null;
  /** The part that the router was allowed, in the unit of `cost`; null where there was no budget. */
  budget: Share | null;
  /** A sample of tokens; null where none was taken. */
  tokens: DepthSample | null;
  /**
   * Names of the data's domains; G. Empty where domains are unknown.
   * @maxItems 64
   */
  domains: Text[];
}

/** Consecutive tokens of one text, with what each layer executed for them. */
export interface DepthSample {
  /**
   * Text of each token; T <= 512.
   * @maxItems 512
   */
  text: Text[];
  /** Domain of each token as an index into `domains`, or -1; T. */
  domain: Index[];
  /** Module that each layer executed for each token as an index into `modules`, or -1; [L][T]. */
  executed: Index[][];
  /** What more computation gains each token, in nats; T. Empty where unknown. */
  difficulty: Numeric[];
  /** True where the sample was cut to fit. */
  truncated: boolean;
}
