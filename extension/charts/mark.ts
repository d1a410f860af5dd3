/** @file Marks on figures: what the reader chose stands out by an outline, which no colour of the data can hide. */
import type { Shape } from 'plotly.js';
import type { ITheme } from '../base/theme';

/** Outlines cells of a heatmap whose cells stand at whole numbers: columns and rows from first to last. */
export function outline(
  [firstColumn, lastColumn]: readonly [number, number],
  [firstRow, lastRow]: readonly [number, number],
  theme: ITheme
): Partial<Shape> {
  return {
    type: 'rect',
    x0: firstColumn - 0.5,
    x1: lastColumn + 0.5,
    y0: firstRow - 0.5,
    y1: lastRow + 0.5,
    line: { color: theme.text, width: 2 },
    fillcolor: 'rgba(0,0,0,0)'
  };
}

/** Outlines a whole row of any heatmap, from edge to edge of the plot. */
export function outlineRow(row: number, theme: ITheme): Partial<Shape> {
  return { ...outline([0, 0], [row, row], theme), xref: 'paper', x0: 0, x1: 1 };
}
