import { fail } from '../../../base/core';
import type { LayerAmountsData, LayerAmountsPayload, Numeric } from '../../../protocol';
import { still } from '../../envelope';
import { amountsOf } from './amountsOf';
import type { CompressionReport } from './amountsOf';

/** Options of amounts by layer. */
export interface LayerAmountsOptions {
  /** The thing: "rank". Default: what a report says, else "amount". */
  measure?: string;
  /** Default: none. */
  unit?: string;
  /** Whether amounts are parts of a whole. Default false. */
  share?: boolean;
  /** States that the amounts of each layer are of, in their order: `["before", "after"]`. Default: one, the measure. */
  states?: readonly string[];
  /** The most that each layer could have, by its name. Default: none is known. */
  most?: Readonly<Record<string, number>>;
  /** Title for people. Default: what a report is of, else "<measure> by layer". */
  title?: string;
}

/** Amounts by layer: one, or one for each state. */
export type AmountsByLayer = Readonly<Record<string, Numeric | readonly Numeric[]>>;

/**
 * Amount of one thing in each layer, as a payload: the bits that `compress.mixedPrecision` or `compress.quantize` gave, the ranks of `compress.lowRank`, over the
 * steps of `compress.dynamicalLowRank`, or any numbers: `show.layerAmounts({ 'expert 0': [0.7, 0.4], 'expert 1': [0.3, 0.6] }, { measure: 'load',
 * states: ['before', 'after'] })`.
 *
 * @throws {SwitchyardError} where there is no layer, or one has another number of amounts than there are states.
 */
export function layerAmounts(
  of: CompressionReport | AmountsByLayer,
  options: LayerAmountsOptions = {}
): LayerAmountsPayload {
  const found = amountsOf(of);
  const data = found?.data ?? ofRecord(of as AmountsByLayer, options);
  const title = options.title ?? found?.title ?? `${data.measure} by layer`;
  return still('layer-amounts', { ...data, ...(options.unit !== undefined && { unit: options.unit }) }, { title });
}

function ofRecord(amounts: AmountsByLayer, options: LayerAmountsOptions): LayerAmountsData {
  const { measure = 'amount', unit = '', share = false, states = [measure], most } = options;
  const layers = Object.keys(amounts);
  if (layers.length === 0) {
    fail('show.layerAmounts', 'there must be at least one layer', 0);
  }
  const rows = Object.entries(amounts).map(([layer, given]) => {
    const row = Array.isArray(given) ? [...(given as readonly Numeric[])] : [given as Numeric];
    return row.length === states.length
      ? row
      : fail('show.layerAmounts', `"${layer}" must have ${states.length} amounts, one for each state`, row.length);
  });
  return {
    ...{ measure, unit, share, layers, steps: [], states: [...states], amounts: rows, scalars: {} },
    most: most === undefined ? [] : layers.map((layer) => most[layer] ?? null)
  };
}
