/** @file One palette for all figures, on light ground and on dark. */
import type { IColours, ITile, Rgb } from '../colours';
import { css, luminance, mix } from '../colours';

/** The two grounds of a scheme. */
export interface IColourScheme {
  light: IColours;
  dark: IColours;
}

type Ramps = Omit<IColours, 'experts'>;

/** Once in full, then lighter and darker, each time more: what is beyond is told apart by its number alone. */
const CYCLES = 9;

/** @param experts - Hues of experts, for both grounds. */
export function colourScheme(experts: readonly Rgb[], light: Ramps, dark: Ramps): IColourScheme {
  const tiles = Array.from({ length: CYCLES * experts.length }, (_, index) => tile(experts, index));
  return { light: { ...light, experts: tiles }, dark: { ...dark, experts: tiles } };
}

/** Colours as their publishers write them: "#4477AA #EE6677". */
export function hex(colours: string): Rgb[] {
  return colours.split(' ').map((colour) => [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16)) as Rgb);
}

function tile(experts: readonly Rgb[], index: number): ITile {
  const cycle = Math.floor(index / experts.length);
  const tone: Rgb = cycle % 2 === 1 ? [255, 255, 255] : [0, 0, 0];
  const amount = cycle === 0 ? 0 : Math.min(0.75, 0.5 + 0.1 * Math.floor((cycle - 1) / 2));
  const colour = mix(experts[index % experts.length], tone, amount);
  // Above this luminance black text has the better contrast.
  return { background: css(colour), text: luminance(colour) > 0.179 ? '#000000' : '#ffffff' };
}
