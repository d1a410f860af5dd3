import { latestAmounts } from '../../../protocol';
import type { LayerAmountsData, Numeric } from '../../../protocol';
import { percent, significant } from '../../format';
import { firstRows } from '../../texts/firstRows';
import { scalarLine } from '../../texts/scalarLine';

/** The amount of each layer in each state, or at the first and the last step. */
export function layerAmountsText(data: LayerAmountsData): string[] {
  const { measure, unit, layers, steps, states, amounts, most, omitted, scalars } = data;
  const shown = amountText(data);
  const latest = latestAmounts(data);
  const columns = steps.length > 0 ? [`step ${steps[0]}`, `step ${steps.at(-1)}`] : states;
  const rows = layers.map((layer, i) => [
    layer,
    ...(steps.length > 0 ? [amounts[i][0], latest[i]] : amounts[i]).map(shown),
    ...(most.length > 0 ? [shown(most[i])] : [])
  ]);
  const head = ['layer', ...columns, ...(most.length > 0 ? ['at most'] : [])];
  return [
    unit === '' ? measure : `${measure} (${unit})`,
    ...firstRows({ head, rows, left: 1, of: 'layers', omitted }),
    ...scalarLine(scalars)
  ];
}

/** Writes an amount as what it is: a part of a whole, or a number. */
export function amountText({ share }: LayerAmountsData): (amount: Numeric) => string {
  return share ? percent : significant;
}
