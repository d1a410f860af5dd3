/** @file Where one group is kept: the density over its rows and columns, and the importance of its units. */
import type { MaskGroup, MasksPayload } from '@switchyard/kernel-lib/protocol';
import type { Data, Layout } from 'plotly.js';
import { amountScale, seriesColour } from '../amounts';
import type { IChartContext, IFigure } from '../figure';
import { baseLayout } from '../load';
import { brief, percent, plainText } from '../text';
import { cell, tableOf } from '../../base/table';

/** Heights in pixels. */
const GRID = 220;
const IMPORTANCE = 70;
const GAP = 44;

/** The group in view as a heatmap, [rows][columns] of the share kept; below, its importance as bars. */
export function masksGrid(payload: MasksPayload, context: IChartContext): IFigure | null {
  const group = payload.data.groups.at(context.layer);
  if (group === undefined || (group.grid.length === 0 && group.importance.length === 0)) {
    return null;
  }
  const { trans } = context;
  const { path, granularity, shape, kept, grid, importance } = group;
  return {
    data: [...heatmap(group, context), ...ranks(group, context)],
    layout: layout(group, context),
    summary: trans.__(
      '%1 of %2 (%3), kept by %4.%5',
      percent(kept),
      path,
      shape.join(' × '),
      granularity,
      importance.length > 0 ? ` ${trans.__('Importance is shown for %1 units in their order.', importance.length)}` : ''
    ),
    table:
      grid.length > 0
        ? tableOf([trans.__('rows'), ...grid[0].map((_, c) => cells(c, grid[0].length, shape.at(-1)))], () =>
            grid.map((row, r) => [cells(r, grid.length, rowsOf(shape)), ...row.map((share) => cell(share, percent))])
          )
        : tableOf([trans.__('unit'), trans.__('importance')], () =>
            importance.map((value, i) => [String(i), cell(value, brief)])
          )
  };
}

/** Entries of the parameter behind a cell: "0–7"; the cell's number where it is not known. */
function cells(index: number, count: number, size: number | undefined): string {
  if (size === undefined) {
    return String(index);
  }
  const first = Math.round((index * size) / count);
  const last = Math.max(first, Math.round(((index + 1) * size) / count) - 1);
  return first === last ? String(first) : `${first}–${last}`;
}

/** Rows are all axes but the last. */
function rowsOf(shape: readonly number[]): number | undefined {
  return shape.length < 2 ? undefined : shape.slice(0, -1).reduce((product, size) => product * size, 1);
}

function heatmap({ grid, shape, importance }: MaskGroup, { theme, trans }: IChartContext): Data[] {
  if (grid.length === 0) {
    return [];
  }
  const words = (r: number, c: number): string =>
    trans.__(
      'rows %1, columns %2: %3 kept',
      cells(r, grid.length, rowsOf(shape)),
      cells(c, grid[0].length, shape.at(-1)),
      percent(grid[r][c])
    );
  return [
    {
      type: 'heatmap',
      z: grid,
      zmin: 0,
      zmax: 1,
      colorscale: amountScale(theme.colours),
      colorbar: {
        thickness: 10,
        y: 1,
        yanchor: 'top',
        len: GRID / heights(grid, importance).height,
        outlinewidth: 0,
        tickformat: '.0%',
        xpad: 6,
        tickfont: { size: 10 },
        title: { text: trans.__('kept'), font: { size: 10 } }
      },
      hoverinfo: 'text',
      text: grid.map((row, r) => row.map((_, c) => plainText(words(r, c))))
    } as unknown as Data
  ];
}

function ranks({ importance }: MaskGroup, { theme, trans }: IChartContext): Data[] {
  if (importance.length === 0) {
    return [];
  }
  return [
    {
      type: 'bar',
      x: importance.map((_, i) => i),
      y: importance,
      xaxis: 'x2',
      yaxis: 'y2',
      marker: { color: seriesColour(1, theme.colours) },
      hoverinfo: 'text',
      text: importance.map((value, i) => trans.__('unit %1: importance %2', i, brief(value))),
      textposition: 'none'
    } as unknown as Data
  ];
}

function layout({ grid, importance }: MaskGroup, { theme, trans }: IChartContext): Partial<Layout> {
  const { above, below, gap, height } = heights(grid, importance);
  const margin = { l: 52, r: 8, t: 8, b: 40 };
  const bare = { fixedrange: true, showgrid: false, zeroline: false, nticks: 8 };
  const split = (below + gap) / height;
  return {
    ...baseLayout(theme, height + margin.t + margin.b),
    margin,
    bargap: 0.1,
    xaxis: { ...bare, visible: above > 0, anchor: 'y', title: { text: trans.__('block of columns'), standoff: 4 } },
    yaxis: {
      ...bare,
      visible: above > 0,
      domain: [Math.min(split, 1), 1],
      autorange: 'reversed',
      title: { text: trans.__('block of rows'), standoff: 4 }
    },
    xaxis2: { ...bare, visible: below > 0, anchor: 'y2', title: { text: trans.__('unit'), standoff: 4 } },
    yaxis2: {
      ...bare,
      visible: below > 0,
      anchor: 'x2',
      domain: [0, below / height],
      nticks: 3,
      title: { text: trans.__('importance'), standoff: 2 }
    }
  };
}

/** Heights of both parts in pixels, of the gap between them, and of all. */
function heights(grid: readonly unknown[], importance: readonly unknown[]) {
  const above = grid.length > 0 ? GRID : 0;
  const below = importance.length > 0 ? IMPORTANCE : 0;
  const gap = above > 0 && below > 0 ? GAP : 0;
  return { above, below, gap, height: above + below + gap };
}
