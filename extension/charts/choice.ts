/** @file What a reader may choose in a picture, with what is selected now. */
import type { IChartContext, IChoice } from './figure';

/**
 * A choice that has selected what the view holds.
 * @param otherwise - What is selected where the view holds nothing that is offered; the first option unless told.
 */
export function choice(
  { choices }: IChartContext,
  name: string,
  label: string,
  options: readonly { value: string; text: string }[],
  otherwise = options.at(0)?.value ?? ''
): IChoice {
  const held = options.find(({ value }) => value === choices[name]);
  return { name, label, options: [...options], selected: held?.value ?? otherwise };
}
