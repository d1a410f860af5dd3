/** @file Bins of confidence between edges of 0 to 1. */
import type { LayoutAxis } from 'plotly.js';
import type { IChartContext } from '../figure';
import { figureWidth, fitting, isNarrow } from '../fitting';
import { percent } from '../text';

/** The middle of each bin. */
export function binCentres(edges: readonly number[]): number[] {
  return edges.slice(1).map((edge, i) => (edges[i] + edge) / 2);
}

/** A bin in words: "25.0 % to 30.0 %". */
export function binName(edges: readonly number[], bin: number): string {
  return `${percent(edges[bin])} – ${percent(edges[bin + 1])}`;
}

/** The axis from 0 to 1 of a plot with so many pixels beside it. */
export function confidenceAxis(context: IChartContext, beside: number): Partial<LayoutAxis> {
  const { theme, trans } = context;
  const words = [trans.__('probability of the first choice'), trans.__('probability')];
  return {
    title: { text: fitting(words, figureWidth(context) - beside), standoff: 4 },
    range: [0, 1],
    fixedrange: true,
    tickformat: '.0%',
    nticks: isNarrow(context) ? 3 : 6,
    gridcolor: theme.grid,
    zeroline: false
  };
}
