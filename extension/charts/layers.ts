/** @file The axis of layers, and the mark of the one in view. */
import type { LayoutAxis, Shape } from 'plotly.js';
import type { ITheme } from '../base/theme';
import type { IChartContext } from './figure';
import { plainText } from './text';

/** The axis of layers, the first on top. */
export function layerAxis(labels: readonly string[], title: string): Partial<LayoutAxis> {
  const stride = Math.ceil(labels.length / 24);
  const shown = labels.map((_, i) => i).filter((i) => i % stride === 0);
  return {
    title: { text: title, standoff: 4 },
    fixedrange: true,
    showgrid: false,
    zeroline: false,
    // Ticks that are not seen keep the labels off the bars.
    ticks: 'outside',
    ticklen: 6,
    tickcolor: 'rgba(0, 0, 0, 0)',
    range: [labels.length - 0.5, -0.5],
    tickvals: shown,
    ticktext: shown.map((i) => plainText(labels[i])),
    automargin: true
  };
}

/** An outline round the row of the layer in view; none where there is but one. */
export function layerMark({ layer, theme }: IChartContext, numLayers: number): Partial<Shape>[] {
  return numLayers > 1 ? [rowMark(layer, theme)] : [];
}

function rowMark(row: number, theme: ITheme): Partial<Shape> {
  return {
    type: 'rect',
    xref: 'paper',
    yref: 'y',
    ...{ x0: 0, x1: 1, y0: row - 0.5, y1: row + 0.5 },
    line: { color: theme.accent, width: 1.5 },
    fillcolor: 'rgba(0, 0, 0, 0)'
  };
}

/** Height of so many rows, in pixels: at most `most`, at least what two rows need. */
export function rowsHeight(count: number, each: number, most: number): number {
  return Math.min(most, Math.max(2 * each, count * each));
}
