/** @file What a chart is: a pure function from a payload to a picture and its text equivalent. */
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Payload } from '@switchyard/kernel-lib/protocol';
import type { Data, Layout } from 'plotly.js';
import type { ITable } from '../base/table';
import type { ITheme } from '../base/theme';
import type { IView } from '../base/view';

/** A picture as a value. Where there is nothing in `data`, the summary stands in its place. */
export interface IFigure {
  data: Data[];
  layout: Partial<Layout>;
  /** One sentence that says what the picture shows now. */
  summary: string;
  /** A sentence under the picture that all see; absent where there is none. */
  note?: string;
  table: ITable;
  /** Label of the layer that it is of; absent where it is of all. */
  layer?: string;
  /** Choices of the reader in this picture; drawn above it. */
  choices?: IChoice[];
  /** Meaning of a click on a point. The same must be reachable by keys: by a choice, or in the panel's header. */
  pick?: (point: IPoint) => Partial<IView>;
  /** The steps on its x axis, where it has some: the reader may zoom to a part, and all pictures of steps follow. */
  steps?: readonly number[];
}

/** One choice of a picture. */
export interface IChoice {
  /** Key in `choices` of the view: "<picture>.<choice>". */
  name: string;
  label: string;
  options: { value: string; text: string }[];
  selected: string;
}

/** A point of a figure that was clicked. */
export interface IPoint {
  /** Index of its trace. */
  trace: number;
  x: number | string;
  y: number | string;
  /** Index in its trace; row and column in a heatmap. */
  index: number | number[];
  /** Data that its trace carries for it as `customdata`. */
  data?: unknown;
}

/** Context that a chart needs besides the payload. */
export interface IChartContext {
  theme: ITheme;
  trans: TranslationBundle;
  /** Index of the layer in view, for pictures of one layer. */
  layer: number;
  /** The expert to mark; null where none is chosen. */
  expert: number | null;
  /** As in {@link IView}. */
  choices: Readonly<Record<string, string>>;
  /** Pixels that the figure is wide; absent where it is not on a page yet. */
  width?: number;
  /** Payloads of the same kind whose pictures stand beside this one and have its scale; absent where there are none. */
  beside?: readonly Payload[];
  /** Whether the kernel was asked for what the payload lacks, and has not answered. Default: it was not, or it has nothing. */
  awaits?: boolean;
  /** Tokens of a sample to show, at most; all where it is absent. */
  maxTokens?: number;
}
