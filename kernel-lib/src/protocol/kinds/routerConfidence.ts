import { checkArray, checkNumber, checkObject, checkText, refuse } from '../checks';
import type { Check } from '../checks';
import type { Envelope } from '../envelope';
import { MAX_BINS, MAX_LAYERS } from '../limits';
import type { Count, Share, Text } from '../numbers';
import { checkOmitted, checkShares, orEmpty, shareOrNull } from '../tables';

/** How sure each router is of its first choice, and how often it is right where that is known. */
export type RouterConfidencePayload = Envelope<'router-confidence', RouterConfidenceData>;

/** Data of a payload of router confidence. */
export interface RouterConfidenceData {
  /**
   * Edges of the bins of confidence, ascending; B + 1.
   * @minItems 2
   * @maxItems 101
   */
  edges: Share[];
  /** Reference that `agreement` compares with, for example "oracle"; empty where there is none. */
  reference: Text;
  /**
   * The routed layers in order of depth; L.
   * @maxItems 1024
   */
  layers: LayerConfidence[];
  /** Layers left out, evenly over the depth, because they would not fit; absent where none is. */
  omitted?: Count;
}

/** Confidence of the router of one layer. */
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

/** Checks the data of a router-confidence payload. */
export function checkRouterConfidence(value: unknown, path: string): void {
  const data = checkObject(value, path);
  const bins = checkEdges(data.edges, `${path}.edges`);
  checkText(data.reference, `${path}.reference`);
  checkOmitted(data.omitted, `${path}.omitted`);
  const layer: Check = (item, at) => {
    const { path: name, router, tokens, agreement, mean } = checkObject(item, at);
    checkText(name, `${at}.path`);
    checkText(router, `${at}.router`);
    checkShares(tokens, `${at}.tokens`, bins);
    checkArray(agreement, `${at}.agreement`, { length: orEmpty(agreement, bins), item: shareOrNull });
    shareOrNull(mean, `${at}.mean`);
  };
  checkArray(data.layers, `${path}.layers`, { max: MAX_LAYERS, item: layer });
}

/** Ascending edges; returns the number of bins between them. */
function checkEdges(value: unknown, path: string): number {
  const edges = checkArray(value, path, { min: 2, max: MAX_BINS + 1 }) as number[];
  edges.forEach((edge, i) => {
    checkNumber(edge, `${path}[${i}]`, 0, 1);
    if (i > 0 && edge <= edges[i - 1]) {
      refuse(`${path}[${i}]`, `must be greater than ${edges[i - 1]}, the edge before`, edge);
    }
  });
  return edges.length - 1;
}

/** Share of a layer's tokens whose first choice is the reference's; null where unknown. */
export function meanAgreement({ tokens, agreement }: LayerConfidence): number | null {
  const known = tokens.map((share, bin) => ({ share, right: agreement[bin] ?? null })).filter(({ share }) => share > 0);
  const total = known.reduce((sum, { share, right }) => sum + (right === null ? 0 : share), 0);
  return total === 0 ? null : known.reduce((sum, { share, right }) => sum + share * (right ?? 0), 0) / total;
}
