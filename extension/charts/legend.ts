/** @file A legend above the picture, and the words for what a payload had to leave out. */
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Layout } from 'plotly.js';
import type { ITheme } from '../base/theme';
import type { IChartContext } from './figure';
import { figureWidth, isNarrow, textWidth } from './fitting';

/** Names in their colours, in a row above the picture. */
export function legendAbove(theme: ITheme): Partial<Layout> {
  return {
    showlegend: true,
    legend: {
      orientation: 'h',
      x: 0,
      xanchor: 'left',
      y: 1,
      yanchor: 'bottom',
      traceorder: 'normal',
      font: { size: 11, color: theme.text }
    }
  };
}

/** The line beside a name, and a row of names; pixels. */
const MARK = 46;
const ROW = 19;

/** Pixels that the legend of a narrow figure needs beyond its first row. */
export function moreRows(names: readonly string[], context: IChartContext): number {
  if (!isNarrow(context)) {
    return 0;
  }
  const widest = MARK + Math.max(...names.map((name) => textWidth(name)));
  const columns = Math.max(1, Math.floor(figureWidth(context) / widest));
  return (Math.ceil(names.length / columns) - 1) * ROW;
}

/** A sentence on entries that the payload lacks; empty where it lacks none. */
export function omittedSentence(omitted: number | undefined, trans: TranslationBundle): string {
  return omitted ? ` ${trans._n('%1 more did not fit.', '%1 more did not fit.', omitted)}` : '';
}
