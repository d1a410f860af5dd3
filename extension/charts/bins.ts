/** @file Bins of confidence between edges of 0 to 1. */
import type { LayoutAxis } from 'plotly.js';
import type { ITheme } from '../theme';
import { percent } from './text';

/** The middle of each bin. */
export function binCentres(edges: readonly number[]): number[] {
  return edges.slice(1).map((edge, i) => (edges[i] + edge) / 2);
}

/** A bin in words: "25.0 % to 30.0 %". */
export function binName(edges: readonly number[], bin: number): string {
  return `${percent(edges[bin])} – ${percent(edges[bin + 1])}`;
}

/** The axis from 0 to 1. */
export function confidenceAxis(theme: ITheme): Partial<LayoutAxis> {
  return { range: [0, 1], fixedrange: true, tickformat: '.0%', nticks: 6, gridcolor: theme.grid, zeroline: false };
}
