/** @file Labels of the layers that have an amount, and the words for one. */
import { toldApart } from '@switchyard/kernel-lib/protocol';
import type { LayerAmountsData, LayerAmountsPayload, Numeric, Payload } from '@switchyard/kernel-lib/protocol';
import { brief, percent } from '../text';

const LENGTH = 22;

export function amountLabels({ layers }: LayerAmountsData, length = LENGTH): string[] {
  return toldApart(layers, length);
}

/** Writes an amount as what it is: a part of a whole, or a number. */
export function amountWords({ share }: LayerAmountsData): (amount: Numeric) => string {
  return share ? percent : brief;
}

/** The thing with its unit. */
export function measureName({ measure, unit }: LayerAmountsData): string {
  return unit === '' ? measure : `${measure} (${unit})`;
}

/** The end of the scale: the largest amount, also of what stands beside it; 1 of shares but where states are compared. */
export function reach(data: LayerAmountsData, beside: readonly Payload[] = []): number {
  const { measure, share, states } = data;
  const others = (beside as readonly LayerAmountsPayload[]).map((payload) => payload.data);
  const alike = [data, ...others.filter((other) => other.measure === measure)];
  const all = alike.flatMap(({ amounts, most }) => [...amounts.flat(), ...most]);
  return share && states.length < 2 ? 1 : Math.max(1e-9, ...all.map((amount) => amount ?? 0));
}
