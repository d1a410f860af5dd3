/** @file Pictures of more than they can draw: which part is drawn, and the words for it. */
import type { Annotations } from 'plotly.js';
import type { IChartContext } from './figure';

/** So many of a list, evenly, its ends among them. */
export function evenly(items: readonly number[], count: number): number[] {
  const wanted = Math.max(0, Math.min(count, items.length));
  const step = (items.length - 1) / Math.max(1, wanted - 1);
  return Array.from({ length: wanted }, (_, i) => items[Math.round(i * step)]);
}

/** How many of how many are drawn, in the upper right corner of the picture or below it; nothing where all are. */
export function drawnWords(
  drawn: number,
  all: number,
  { theme, trans }: IChartContext,
  below = false
): Partial<Annotations>[] {
  const place = below
    ? ({ y: 0, yanchor: 'top', yshift: -14 } as const)
    : ({ y: 1, yanchor: 'top', yshift: 0 } as const);
  return drawn === all
    ? []
    : [
        {
          ...{ ...place, x: 1, xanchor: 'right', xref: 'paper', yref: 'paper', showarrow: false },
          text: trans.__('%1 of %2 drawn', drawn, all),
          font: { size: 10, color: theme.mutedText },
          bgcolor: theme.background
        }
      ];
}
