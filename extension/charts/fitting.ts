/** @file Words and marks for the room that a figure has. */
import type { IChartContext } from './figure';

/** Width of a letter over the font's size, somewhat above the mean of what screens show. */
const LETTER = 0.55;
/** A figure below this has no room beside its plot, and for half the marks on its axes; pixels. */
const NARROW = 300;

/** Room for all words, where a figure's own is not known yet; pixels. */
const ROOMY = 4096;

/** Pixels of the figure. */
export function figureWidth({ width }: IChartContext): number {
  return width ?? ROOMY;
}

export function isNarrow(context: IChartContext): boolean {
  return figureWidth(context) < NARROW;
}

/** Width of a text in pixels, about. */
export function textWidth(text: string, size = 11): number {
  return text.length * size * LETTER;
}

/** The first of these that fits, the longest first; the last where none does. */
export function fitting(forms: readonly string[], pixels: number, size = 11): string {
  return forms.find((form) => textWidth(form, size) <= pixels) ?? forms[forms.length - 1];
}
