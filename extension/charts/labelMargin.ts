/** @file The margin that labels of rows need, where it must be known before the figure is drawn. */
import { textWidth } from './fitting';

/** Between labels and the plot; pixels. */
const BESIDE = 14;
/** Width of a text of wide letters over that of another. */
const WIDE = 1.12;

export function labelMargin(labels: readonly string[]): number {
  // What is cut is not read: a word of wide letters takes more than the mean.
  return BESIDE + WIDE * Math.max(0, ...labels.map((label) => textWidth(label)));
}

/** Marks of a bar of colours from 0 to `end` that stand clear of each other, in so many pixels. */
export function barTicks(end: number, pixels: number, words: (at: number) => string): { at: number; text: string }[] {
  const parts = [
    [0, 0.25, 0.5, 0.75, 1],
    [0, 0.5, 1],
    [0, 1]
  ];
  const ticks = parts.map((each) => each.map((part) => ({ at: part * end, text: words(part * end) })));
  const fits = ticks.find((each) => each.every(({ text }) => textWidth(text, 10) + 8 < pixels / (each.length - 1)));
  return fits ?? ticks[ticks.length - 1];
}
