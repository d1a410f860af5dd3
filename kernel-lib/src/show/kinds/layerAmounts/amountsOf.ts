import type { LowRankReport, MixedPrecision, QuantizeReport } from '../../../transform/compress';
import type { DynamicalLowRankResult } from '../../../train/lowRank';
import type { LayerAmountsData } from '../../../protocol';

/** Report of a compression, with the bits or the rank of each layer. */
export type CompressionReport = QuantizeReport | MixedPrecision | LowRankReport | DynamicalLowRankResult;

/** The amounts that a report holds, and its title; null for another value. */
export function amountsOf(value: object): { title: string; data: LayerAmountsData } | null {
  if (isMixedPrecision(value)) {
    const { bitsOf } = value;
    return {
      title: 'compression: mixed precision',
      data: ofStates('bits', Object.keys(bitsOf), Object.values(bitsOf))
    };
  }
  if (isRun(value)) {
    return { title: 'compression: dynamical low rank', data: ranksOverSteps(value) };
  }
  if (isQuantized(value)) {
    const { matrices, transformation } = value;
    const bits = Object.values(matrices).map((each) => each.bits);
    return { title: `compression: ${transformation}`, data: ofStates('bits', Object.keys(matrices), bits) };
  }
  if (isFactored(value)) {
    const { matrices, transformation } = value;
    const all = Object.values(matrices);
    const ranks = all.map(({ rank, full }) => rank ?? full);
    return { title: `compression: ${transformation}`, data: { ...ofStates('rank', Object.keys(matrices), ranks), most: all.map(({ full }) => full) } }; // prettier-ignore
  }
  return null;
}

function ofStates(measure: string, layers: string[], amounts: number[]): LayerAmountsData {
  return {
    ...{ measure, unit: '', share: false, layers, steps: [], states: [measure] },
    ...{ amounts: amounts.map((amount) => [amount]), most: [], scalars: {} }
  };
}

function ranksOverSteps({ ranks, losses }: DynamicalLowRankResult): LayerAmountsData {
  return {
    ...{ measure: 'rank', unit: '', share: false, layers: Object.keys(ranks), steps: losses.map((_, i) => i + 1) },
    ...{ states: [], amounts: Object.values(ranks), most: [], scalars: { 'loss/train': losses } }
  };
}

const has = (value: unknown, key: string): boolean => typeof value === 'object' && value !== null && key in value;

function isMixedPrecision(value: object): value is MixedPrecision {
  return isFilled((value as Partial<MixedPrecision>).bitsOf, (bits) => typeof bits === 'number');
}

function isRun(value: object): value is DynamicalLowRankResult {
  const { ranks, losses } = value as Partial<DynamicalLowRankResult>;
  return isFilled(ranks, Array.isArray) && Array.isArray(losses);
}

function isQuantized(value: object): value is QuantizeReport {
  return isFilled((value as Partial<QuantizeReport>).matrices, (each) => has(each, 'bits'));
}

function isFactored(value: object): value is LowRankReport {
  return isFilled((value as Partial<LowRankReport>).matrices, (each) => has(each, 'rank') && has(each, 'full'));
}

/** Whether a value is a record, not empty, whose values are all of a kind. */
function isFilled(record: unknown, is: (each: unknown) => boolean): boolean {
  const values = typeof record === 'object' && record !== null ? Object.values(record) : [];
  return values.length > 0 && values.every(is);
}
