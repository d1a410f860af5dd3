/** @file What panels and outputs need to know of a kind of payload. */
import type { TranslationBundle } from '@jupyterlab/translation';
import type { ControlDetails, Payload, Source } from '@switchyard/kernel-lib/protocol';
import type { IFinding, IHealthLimits } from '../base/health';
import type { ITable } from '../base/table';
import type { ITheme } from '../base/theme';
import type { IChartContext, IFigure } from '../charts/figure';
import type { IGraphPicture } from '../charts/graphRewiring/graphScene';
import type { IScalarSeries } from '../charts/scalarPlots';
import type { IPassages } from '../charts/routing/expertContexts';
import type { ITokenStrip } from '../charts/routing/tokenStrip';

/** One picture of a tab: a figure, a strip of tokens, passages of text, or a graph to move about in. */
export type IKindPicture<P extends Payload = Payload> = {
  /** Name of the picture, kebab-case: its place in tests and styles. */
  id: string;
  title: string;
} & (
  | {
      chart: (payload: P, context: IChartContext) => IFigure | null;
      /** Whether its numbers are as much of the picture as what is drawn: they are open from the start. */
      openNumbers?: boolean;
      strip?: never;
      passages?: never;
      graph?: never;
    }
  | {
      strip: (payload: P, context: IChartContext) => ITokenStrip | null;
      chart?: never;
      passages?: never;
      graph?: never;
    }
  | { passages: (payload: P, context: IChartContext) => IPassages | null; chart?: never; strip?: never; graph?: never }
  | {
      graph: (payload: P, context: IChartContext) => IGraphPicture | null;
      chart?: never;
      strip?: never;
      passages?: never;
    }
);

/** A tab of a panel; kinds that name the same one share it. */
export interface IKindTab<P extends Payload = Payload> {
  id: string;
  label: string;
  pictures: IKindPicture<P>[];
  /** Whether no picture of it is of one layer or marks an expert: then neither is offered. Default: some are. */
  whole?: boolean;
}

/** Summary of an output: a sentence, and the numbers that matter most. */
export interface ISummary {
  sentence: string;
  table: ITable | null;
}

/** An output that draws more than words; changed in place from snapshot to snapshot. */
export interface IOutputView<P extends Payload> {
  /** Body under the head. */
  show: (payload: P, theme: ITheme) => Node[];
}

export interface IKind<P extends Payload = Payload> {
  tabs: (trans: TranslationBundle) => IKindTab<P>[];
  /** Null where there is nothing to say. */
  summary?: (payload: P, context: IChartContext) => ISummary | null;
  /** In place of a summary. */
  output?: (trans: TranslationBundle) => IOutputView<P>;
  /** Labels of what the reader may choose as the layer in view. Default: there are none. */
  layers?: (data: P['data']) => string[];
  /** Paths of these layers in the model, where an expert of them can be left out. Default: there are none. */
  paths?: (data: P['data']) => string[];
  /** Names of the experts of a layer, of which the reader may mark one. Default: there are none. */
  experts?: (data: P['data'], layer: number, trans: TranslationBundle) => string[];
  /** The history that a payload carries of itself. */
  replay?: {
    /** Steps that are kept, ascending. */
    steps: (data: P['data']) => readonly number[];
    at: (data: P['data'], step: number) => P['data'];
  };
  /** Details that a kernel is asked for, which an output had no room for. */
  details?: {
    /** Path of the layer of which something may be lacking, with this tab in view, "" where there are no layers; null where it is whole. */
    lacking: (payload: P, layer: number, tab?: string) => string | null;
    /** The payload with what it lacks put in; the same object where that is nothing. */
    filled: (payload: P, details: ControlDetails) => P;
    /** Whether a picture says that they are on their way. Default: none does. */
    isSaid?: boolean;
  };
  /** How far a run of it is, where that is not told in steps. */
  progress?: (source: Source, trans: TranslationBundle) => string;
  /** The number that matters most, in two words; null where there is none yet. */
  brief?: (data: P['data'], trans: TranslationBundle) => string | null;
  /** Findings by the limits that the reader set. Default: nothing can go wrong. */
  health?: (data: P['data'], limits: IHealthLimits) => IFinding[];
  /** Numbers over the steps of a run, which can be drawn beside those of other runs. Default: it has none. */
  scalars?: (payload: P, context: IChartContext) => IScalarSeries | null;
  /** Whether it is of a run that its kernel holds and stops. Default: it is of something that is over. */
  steered?: boolean;
}

/** The summary that a figure gives: its sentence, and its table or another one. */
export function figureSummary(figure: IFigure | null, table: ITable | null = figure?.table ?? null): ISummary | null {
  return figure && { sentence: figure.summary, table };
}
