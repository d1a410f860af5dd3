/** @file Figures as charts make them, and which of their fields are a snapshot's numbers: all others are the frame that these stand in. */
import type { Config, Data, Layout } from 'plotly.js';

/** A trace as charts make it. */
export type Trace = Record<string, unknown>;

/** Figure as plotly.js is given it. */
export interface IDrawing {
  data: Data[];
  layout: Partial<Layout>;
  config: Partial<Config>;
}

/** An annotation as far as it is looked at here. */
export interface INote extends Record<string, unknown> {
  text?: string;
}

const CELLS: readonly string[] = ['x', 'z', 'text', 'customdata', 'zmin', 'zmax', 'colorscale', 'colorbar'];
const TEXTS: readonly string[] = ['text'];
const POINTS: readonly string[] = ['x', 'y', 'text', 'customdata'];
/** Fields of marks, and of the lines around them, that may have a number or a word for each. */
const OF_MARKS: readonly string[] = ['size', 'color', 'symbol', 'opacity'];
const OF_OUTLINES: readonly string[] = ['width', 'color'];
/** Fields of a colour bar that follow from the numbers. */
export const TICKS: readonly string[] = ['tickvals', 'ticktext'];
/** Distance between the labels of an axis, which follows from its range. */
export const SPACING = 'dtick';

export function isHeatmap({ type }: Trace): boolean {
  return type === 'heatmap';
}

/** Texts of a figure, which beside a heatmap keep their places. */
export function isText({ type, mode }: Trace): boolean {
  return type === 'scatter' && mode === 'text';
}

/** Names of a trace's numbers, the marks' apart; `beside` those of a figure with a heatmap. */
export function liveFields(trace: Trace, beside: boolean): readonly string[] {
  return isHeatmap(trace) ? CELLS : beside ? TEXTS : POINTS;
}

/** The marks' fields that have a value for each mark, by the object that holds them. */
export function liveMarks({ marker }: Trace): { marker: string[]; outline: string[] } {
  const own = (marker ?? {}) as Trace;
  const lists = (of: Trace, names: readonly string[]): string[] => names.filter((name) => Array.isArray(of[name]));
  return { marker: lists(own, OF_MARKS), outline: lists((own.line ?? {}) as Trace, OF_OUTLINES) };
}

export function notesOf({ annotations = [] }: Partial<Layout>): INote[] {
  return annotations as INote[];
}

/** Names of the axes that a layout has something for. */
export function axisNames(layout: object): string[] {
  return Object.keys(layout).filter((name) => /^[xy]axis\d*$/.test(name));
}

export function without(values: Trace, names: readonly string[]): Trace {
  return Object.fromEntries(Object.entries(values).filter(([name]) => !names.includes(name)));
}
