/** @file Colours of amounts, signed amounts and series. */
import type { IColours, Rgb } from '../base/colours';
import { css, ramp } from '../base/colours';

const NUM_STOPS = 9;

/** Colour scale of a share or another amount from 0. */
export function amountScale({ amount }: IColours): [number, string][] {
  return scale(amount);
}

/** Colour scale of a number that may be negative; 0 stands in the middle. */
export function signedScale({ signed }: IColours): [number, string][] {
  return scale(signed);
}

/** The colour that {@link signedScale} gives to a value of -1..1. */
export function signedColour(value: number, { signed }: IColours): string {
  return css(ramp(signed, (value + 1) / 2));
}

/** Colours for `count` things that take more and more. */
export function amountColours(count: number, { amount }: IColours): string[] {
  return Array.from({ length: count }, (_, i) => css(ramp(amount, count === 1 ? 1 : i / (count - 1))));
}

/** Colour of a series; they repeat after a few: give each a symbol of its own as well. */
export function seriesColour(index: number, { series }: IColours): string {
  return css(series[index % series.length]);
}

/** Symbols of marks, told apart at a glance. */
const SYMBOLS = ['circle', 'diamond', 'square', 'triangle-up', 'cross', 'star', 'x', 'triangle-down'];

/** A symbol for each series; they repeat after a few. */
export function seriesSymbol(index: number): string {
  return SYMBOLS[index % SYMBOLS.length];
}

/** The same symbol for all series, and another one for those whose colours are there already. */
export function repeatedSymbol(index: number, { series }: IColours): string {
  return seriesSymbol(Math.floor(index / series.length));
}

/** Whether the colour of a series is also that of one before it: it is drawn in dashes. */
export function isSeriesAgain(index: number, { series }: IColours): boolean {
  return index >= series.length;
}

function scale(stops: readonly Rgb[]): [number, string][] {
  return Array.from({ length: NUM_STOPS }, (_, i) => [i / (NUM_STOPS - 1), css(ramp(stops, i / (NUM_STOPS - 1)))]);
}
