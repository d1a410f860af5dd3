/** @file A legend above the picture, and the words for what a payload had to leave out. */
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Layout } from 'plotly.js';
import type { ITheme } from '../theme';

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

/** A sentence on entries that the payload lacks; empty where it lacks none. */
export function omittedSentence(omitted: number | undefined, trans: TranslationBundle): string {
  return omitted ? ` ${trans._n('%1 more did not fit.', '%1 more did not fit.', omitted)}` : '';
}
