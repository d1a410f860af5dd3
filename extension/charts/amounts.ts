/** @file Colours of amounts, signed amounts and series, apart for colour-blind readers on light and dark ground. */
import type { Rgb } from './colours';
import { css, ramp } from './colours';

/** From hardly anything to all, the more the farther from the ground. */
const AMOUNT: Record<'light' | 'dark', Rgb[]> = {
  light: [
    [233, 236, 241],
    [128, 174, 216],
    [16, 68, 138]
  ],
  dark: [
    [50, 53, 60],
    [54, 116, 176],
    [178, 220, 255]
  ]
};

/** Orange below 0, purple above (ColorBrewer PuOr's ends), the middle grey enough to see as a line. */
const SIGNED: Record<'light' | 'dark', Rgb[]> = {
  light: [
    [179, 88, 6],
    [241, 163, 64],
    [175, 175, 180],
    [153, 142, 195],
    [84, 39, 136]
  ],
  dark: [
    [255, 190, 105],
    [196, 122, 36],
    [105, 105, 110],
    [128, 115, 190],
    [196, 184, 255]
  ]
};

/** Okabe and Ito's, the ones that read as thin lines first. */
const SERIES: Record<'light' | 'dark', Rgb[]> = {
  light: [
    [0, 114, 178],
    [213, 94, 0],
    [0, 140, 100],
    [190, 95, 150],
    [190, 130, 0],
    [60, 150, 210],
    [110, 110, 110]
  ],
  dark: [
    [86, 180, 233],
    [255, 140, 60],
    [60, 200, 155],
    [225, 150, 195],
    [240, 185, 60],
    [120, 160, 255],
    [170, 170, 170]
  ]
};

const NUM_STOPS = 9;

/** Colour scale of a share or another amount from 0. */
export function amountScale(light: boolean): [number, string][] {
  return scale(AMOUNT[light ? 'light' : 'dark']);
}

/** Colour scale of a number that may be negative; 0 stands in the middle. */
export function signedScale(light: boolean): [number, string][] {
  return scale(SIGNED[light ? 'light' : 'dark']);
}

/** The colour that {@link signedScale} gives to a value of -1..1. */
export function signedColour(value: number, light: boolean): string {
  return css(ramp(SIGNED[light ? 'light' : 'dark'], (value + 1) / 2));
}

/** Colours for `count` things that take more and more. */
export function amountColours(count: number, light: boolean): string[] {
  const stops = AMOUNT[light ? 'light' : 'dark'];
  return Array.from({ length: count }, (_, i) => css(ramp(stops, count === 1 ? 1 : i / (count - 1))));
}

/** Colour of a series; they repeat after seven: give each a symbol of its own as well. */
export function seriesColour(index: number, light: boolean): string {
  const colours = SERIES[light ? 'light' : 'dark'];
  return css(colours[index % colours.length]);
}

function scale(stops: Rgb[]): [number, string][] {
  return Array.from({ length: NUM_STOPS }, (_, i) => [i / (NUM_STOPS - 1), css(ramp(stops, i / (NUM_STOPS - 1)))]);
}
