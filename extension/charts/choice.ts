/** @file What a reader may choose in a picture, with what is selected now. */
import type { IChartContext, IChoice } from './figure';

/** A choice that has selected what the view holds; its first option where the view holds nothing that is offered. */
export function choice(
  { choices }: IChartContext,
  name: string,
  label: string,
  options: readonly { value: string; text: string }[]
): IChoice {
  const held = options.find(({ value }) => value === choices[name]);
  return { name, label, options: [...options], selected: (held ?? options.at(0))?.value ?? '' };
}
