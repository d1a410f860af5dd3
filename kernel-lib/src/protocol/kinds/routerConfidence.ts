import type { Envelope } from './envelope';
import type { Count, Share, Text } from './numbers';

/** How sure each router is of its first choice, and how often it is right where that is known. */
export type RouterConfidencePayload = Envelope<'router-confidence', RouterConfidenceData>;

export interface RouterConfidenceData {
  /**
   * Edges of the bins of confidence, ascending; B + 1.
   * @minItems 2
   * @maxItems 101
   */
  edges: Share[];
  /** What `agreement` compares with, for example "oracle"; empty where there is nothing to compare with. */
  reference: Text;
  /**
   * The routed layers in order of depth; L.
   * @maxItems 1024
   */
  layers: LayerConfidence[];
  /** Layers left out, evenly over the depth, because they would not fit; absent where none is. */
  omitted?: Count;
}

export interface LayerConfidence {
  /** Module path, for example "layers.2.moe". */
  path: Text;
  /** Router's kind. */
  router: Text;
  /** Share of tokens by the probability of their first choice; B, sums to 1, or all 0 where nothing was routed. */
  tokens: Share[];
  /** Share of a bin's tokens whose first choice is the reference's; B, null where the bin is empty. Empty where unknown. */
  agreement: (Share | null)[];
  /** Mean probability of the first choice. */
  mean: Share | null;
}
