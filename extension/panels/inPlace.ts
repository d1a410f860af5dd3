/**
 * @file New numbers in a heatmap that stands. plotly.js draws all axes, labels and headings of a figure anew with every
 * snapshot; where only numbers changed, its cells, the texts beside them and the colour bar are enough.
 *
 * plotly.js has no public way to draw a trace alone. What is used here is what its own `react` calls; where something of
 * it is missing the figure is drawn whole.
 */
import type { Config, Data, Layout } from 'plotly.js';
import type { PlotlyApi } from '../base/plotly';

/** A trace as charts make it. */
type Trace = Record<string, unknown>;

/** Figure as plotly.js is given it. */
export interface IDrawing {
  data: Data[];
  layout: Partial<Layout>;
  config: Partial<Config>;
}

/** Fields of a trace that are a snapshot's numbers; all others are the frame that these stand in. */
const CELLS: readonly string[] = ['z', 'text', 'customdata', 'zmin', 'zmax', 'colorscale', 'colorbar'];
const TEXTS: readonly string[] = ['text'];
/** Fields of a colour bar that follow from the numbers. */
const TICKS: readonly string[] = ['tickvals', 'ticktext'];

/**
 * All of a figure but its snapshot's numbers, as a key: figures with the same key differ in nothing that is not drawn in
 * place. Null where a figure cannot be drawn so.
 */
export function frameKey({ data, layout, config }: IDrawing): string | null {
  const traces = data as Trace[];
  const drawable = traces.every((trace) => isHeatmap(trace) || isText(trace)) && traces.filter(isHeatmap).length === 1;
  // A margin that follows what stands in it moves with the colour bar's labels.
  const fixed = (layout.margin as { autoexpand?: boolean } | undefined)?.autoexpand === false;
  return drawable && fixed ? JSON.stringify([config, layout, traces.map(frameOf)]) : null;
}

function isHeatmap({ type, zmin, zmax, texttemplate }: Trace): boolean {
  return type === 'heatmap' && zmin !== undefined && zmax !== undefined && texttemplate === undefined;
}

/** A text with markup has elements of its own. */
function isText({ type, mode, text }: Trace): boolean {
  return type === 'scatter' && mode === 'text' && Array.isArray(text) && !text.some((each) => /^$|[<&\n]/.test(each));
}

function frameOf(trace: Trace): unknown {
  const live = liveOf(trace);
  const lengths = isHeatmap(trace) ? (trace.z as unknown[][]).map((row) => row.length) : [];
  const { colorbar } = trace as { colorbar?: Trace };
  const { text: _, ...title } = (colorbar?.title ?? {}) as Trace;
  const bar = colorbar && { ...without(colorbar, TICKS), title };
  return [Object.keys(trace), without(trace, live), lengths, bar];
}

function liveOf(trace: Trace): readonly string[] {
  return isHeatmap(trace) ? CELLS : TEXTS;
}

function without(values: Trace, names: readonly string[]): Trace {
  return Object.fromEntries(Object.entries(values).filter(([name]) => !names.includes(name)));
}

/** State that plotly.js keeps on the node of a figure. */
interface IStanding extends HTMLElement {
  data: Trace[];
  layout: Partial<Layout>;
  calcdata: IPoint[][];
  _fullData: IFullTrace[];
  _fullLayout: { _plots: Record<string, { plot: ISelection }>; _rehover?: () => void };
  /** The mean lightness of the cells, which follows from these two. */
  _hmpixcount: number;
  _hmlumcount: number;
  emit: (event: string) => void;
}

interface IFullTrace extends Trace {
  xaxis: string;
  yaxis: string;
  colorbar?: Trace & { title: Trace };
  _module: {
    calc: (plot: IStanding, trace: IFullTrace) => IPoint[];
    plot: (plot: IStanding, subplot: { plot: ISelection }, points: IPoint[][], layer: ISelection) => void;
    style: (plot: IStanding) => void;
  };
}

/** The first point of a trace has what belongs to all of it. */
interface IPoint {
  tx?: string;
  t?: unknown;
  trace?: IFullTrace;
  node3?: ISelection;
}

interface ISelection {
  select: (selector: string) => ISelection;
  node: () => Element | null;
}

/** Draws the numbers of a figure into the one that stands, which has the same {@link frameKey}. False where it cannot. */
export function drawInPlace(plotly: PlotlyApi, node: HTMLElement, { data, layout }: IDrawing): boolean {
  const traces = data as Trace[];
  if (!stands(node, traces.length)) {
    return false;
  }
  const plot = node;
  const texts = traces.map((trace, i) => (isHeatmap(trace) ? [] : textNodes(plot, i)));
  const whole = texts.every((nodes, i) => isHeatmap(traces[i]) || nodes.length === (traces[i].text as string[]).length);
  if (!whole) {
    return false;
  }
  traces.forEach((trace, i) => {
    if (isHeatmap(trace)) {
      drawCells(plotly, plot, i, trace);
    } else {
      drawTexts(plot, i, trace, texts[i]);
    }
  });
  plot.data = traces;
  plot.layout = layout;
  plot._fullLayout._rehover?.();
  plot.emit('plotly_afterplot');
  return true;
}

function stands(node: HTMLElement, traces: number): node is IStanding {
  const { _fullLayout, _fullData, calcdata } = node as Partial<IStanding>;
  return _fullLayout?._plots !== undefined && _fullData?.length === traces && calcdata?.length === traces;
}

function drawCells(plotly: PlotlyApi, plot: IStanding, index: number, trace: Trace): void {
  const full = plot._fullData[index];
  const before = coloursOf(plot.data[index]);
  CELLS.filter((name) => name !== 'colorbar').forEach((name) => (full[name] = trace[name]));
  full._input = trace;
  const points = full._module.calc(plot, full);
  Object.assign(points[0], { t: plot.calcdata[index][0].t, trace: full });
  plot.calcdata[index] = points;
  plot._hmpixcount = plot._hmlumcount = 0;
  const subplot = plot._fullLayout._plots[full.xaxis + full.yaxis];
  full._module.plot(plot, subplot, [points], subplot.plot.select('.heatmaplayer'));
  full._module.style(plot);
  const bar = trace.colorbar as (Trace & { title: Trace }) | undefined;
  if (bar && full.colorbar && before !== coloursOf(trace)) {
    TICKS.forEach((name) => (full.colorbar![name] = bar[name]));
    full.colorbar.title.text = bar.title.text;
    plotly.drawColourBars(plot);
  }
}

function coloursOf({ zmin, zmax, colorscale, colorbar }: Trace): string {
  return JSON.stringify([zmin, zmax, colorscale, colorbar]);
}

function drawTexts(plot: IStanding, index: number, trace: Trace, nodes: readonly Element[]): void {
  const texts = trace.text as string[];
  Object.assign(plot._fullData[index], { text: texts, _input: trace });
  texts.forEach((text, i) => {
    plot.calcdata[index][i].tx = text;
    if (nodes[i].textContent !== text) {
      nodes[i].textContent = text;
      nodes[i].setAttribute('data-unformatted', text);
    }
  });
}

function textNodes(plot: IStanding, index: number): Element[] {
  const drawn = plot.calcdata.at(index)?.at(0)?.node3?.node();
  return [...(drawn?.querySelectorAll('.textpoint > text') ?? [])];
}
