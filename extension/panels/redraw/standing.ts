/** @file State that plotly.js keeps on the node of a figure, as far as drawing in place needs it. */
import type { Layout } from 'plotly.js';
import type { INote, Trace } from './drawing';

export interface IStanding extends HTMLElement {
  data: Trace[];
  layout: Partial<Layout>;
  calcdata: IPoint[][];
  _fullData: IFullTrace[];
  _fullLayout: IFullLayout;
  /** The mean lightness of the cells, which follows from these two. */
  _hmpixcount: number;
  _hmlumcount: number;
  emit: (event: string) => void;
}

interface IFullLayout {
  _plots: Record<string, ISubplot>;
  _basePlotModules: { plot: (plot: IStanding) => void }[];
  _rehover?: () => void;
  annotations?: (INote & { _input: object })[];
}

export interface ISubplot {
  plot: ISelection;
  xaxis: IAxis;
  yaxis: IAxis;
  xaxislayer: ISelection;
  yaxislayer: ISelection;
  gridlayer: ISelection;
}

export interface IAxis {
  _id: string;
  _name: string;
  _input: object;
  range: unknown[];
  dtick: unknown;
  tickmode: string;
  /** Degrees, or "auto". */
  tickangle: number | string;
  automargin: boolean;
  title: object;
  _depth: unknown;
  type: string;
  /** Pixels that it is long, and the pixel of a number; no number where it has none. */
  _length: number;
  c2p: (value: number) => number;
}

export interface IFullTrace extends Trace {
  xaxis: string;
  yaxis: string;
  visible: boolean | string;
  marker?: Trace & { line: Trace };
  colorbar?: Trace & { title: Trace };
  xgap?: number;
  ygap?: number;
  /** Whether all cells are of one size. */
  _islinear?: boolean;
  _module: {
    calc: (plot: IStanding, trace: IFullTrace) => IPoint[];
    plot: (plot: IStanding, subplot: ISubplot, points: IPoint[][], layer: ISelection) => void;
    style: (plot: IStanding) => void;
  };
}

/** The first point of a trace has what belongs to all of it. */
export interface IPoint {
  tx?: string;
  t?: unknown;
  trace?: IFullTrace;
  node3?: ISelection;
}

/** All of a heatmap: edges of its columns and rows, and its values. */
export interface ICells extends IPoint {
  x: number[];
  y: number[];
  z: (number | undefined)[][];
}

export interface ISelection {
  select: (selector: string) => ISelection;
  selectAll: (selector: string) => ISelection;
  remove: () => void;
  node: () => Element | null;
}

/** Whether a figure of so many traces and annotations stands in a node. */
export function stands(node: HTMLElement, traces: number, notes: number): node is IStanding {
  const { _fullLayout, _fullData, calcdata } = node as Partial<IStanding>;
  return (
    _fullLayout?._plots !== undefined &&
    _fullData?.length === traces &&
    calcdata?.length === traces &&
    (_fullLayout.annotations?.length ?? 0) === notes
  );
}
