/** @file What a chart is: a pure function from a payload to a picture and its text equivalent. */
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Data, Layout } from 'plotly.js';
import type { ITheme } from '../theme';

/** The numbers of a picture, for readers who do not see it. */
export interface ITable {
  columns: string[];
  rows: string[][];
}

/** A picture as a value. */
export interface IFigure {
  data: Data[];
  layout: Partial<Layout>;
  /** One sentence that says what the picture shows now. */
  summary: string;
  table: ITable;
}

/** What a chart needs to know besides the payload. */
export interface IChartContext {
  theme: ITheme;
  trans: TranslationBundle;
  /** Index of the layer in view, for pictures of one layer. */
  layer: number;
}
