/** @file Draws a figure's numbers into the one that stands. */
import type { Layout } from 'plotly.js';
import type { PlotlyApi } from '../../base/plotly';
import type { IDrawing, Trace } from './drawing';
import { drawCells, forgetColours } from './drawCells';
import { isHeatmap, liveFields, liveMarks, notesOf, SPACING, TICKS } from './drawing';
import type { IAxis, IFullTrace, IStanding, ISubplot } from './standing';
import { stands } from './standing';

/** Draws the numbers of a figure into the one that stands, which has the same key. False where it cannot. */
export function drawInPlace(plotly: PlotlyApi, node: HTMLElement, { data, layout }: IDrawing): boolean {
  const traces = data as Trace[];
  if (!stands(node, traces.length, notesOf(layout).length)) {
    return false;
  }
  const plot = node;
  const beside = traces.some(isHeatmap);
  const texts = traces.map((trace, i) => (beside && !isHeatmap(trace) ? textNodes(plot, i) : []));
  const lacks = (trace: Trace, i: number): boolean =>
    beside && !isHeatmap(trace) && texts[i].length !== (trace.text as string[]).length;
  if (traces.some(lacks)) {
    return false;
  }
  const bars = traces.map((trace, i) => isHeatmap(trace) && coloursOf(trace) !== coloursOf(plot.data[i]));
  bars.forEach((changed, i) => changed && forgetColours(plot._fullData[i]));
  const named = traces.some((trace, i) => markInLegend(trace) !== markInLegend(plot.data[i]));
  const before = notesOf(plot.layout).map(({ text }) => text);
  traces.forEach((trace, i) => beside && !isHeatmap(trace) ? showTexts(plot, i, trace, texts[i]) : take(plot, i, trace, beside)); // prettier-ignore
  plot.data = traces;
  moveAxes(plotly, plot, layout);
  if (beside) {
    traces.forEach((trace, i) => isHeatmap(trace) && drawCells(plotly, plot, i));
  } else {
    plot._fullLayout._basePlotModules.forEach((module) => module.plot(plot));
  }
  if (bars.some(Boolean)) {
    plotly.drawColourBars(plot);
  }
  if (named && layout.showlegend === true) {
    plotly.drawLegend(plot);
  }
  drawNotes(plotly, plot, before);
  plot._fullLayout._rehover?.();
  plot.emit('plotly_afterplot');
  return true;
}

function coloursOf({ zmin, zmax, colorscale, colorbar }: Trace): string {
  return JSON.stringify([zmin, zmax, colorscale, colorbar]);
}

/** Values that a legend takes from the marks' lists: the mean of numbers, the first of words. */
function markInLegend({ marker }: Trace): string {
  const { line = {}, ...own } = (marker ?? {}) as Trace & { line?: Trace };
  const lists = [...Object.values(own), ...Object.values(line)].filter(Array.isArray) as (number | string)[][];
  return JSON.stringify(lists.map((of) => (typeof of[0] === 'number' ? (of as number[]).reduce((a, b) => a + b, 0) / of.length : of[0]))); // prettier-ignore
}

/** Gives a trace's numbers to the one that stands, and has their places computed. */
function take(plot: IStanding, index: number, trace: Trace, beside: boolean): void {
  const full = plot._fullData[index];
  liveFields(trace, beside).filter((name) => name !== 'colorbar' && name in trace).forEach((name) => (full[name] = trace[name])); // prettier-ignore
  full._input = trace;
  // One without points has nothing else.
  if (full.visible === false) {
    return;
  }
  takeMarks(full, trace);
  takeBar(full, trace);
  if (!isHeatmap(trace)) {
    full._length = Math.min((trace.x as unknown[]).length, (trace.y as unknown[]).length);
  }
  // One that the reader hid has no places.
  if (full.visible === true) {
    const points = full._module.calc(plot, full);
    Object.assign(points[0], { t: isHeatmap(trace) ? plot.calcdata[index][0].t : {}, trace: full });
    plot.calcdata[index] = points;
  }
}

function takeMarks(full: IFullTrace, trace: Trace): void {
  const { marker, outline } = liveMarks(trace);
  const given = trace.marker as Trace & { line: Trace };
  marker.forEach((name) => (full.marker![name] = given[name]));
  outline.forEach((name) => (full.marker!.line[name] = given.line[name]));
}

function takeBar(full: IFullTrace, trace: Trace): void {
  const bar = trace.colorbar as (Trace & { title: Trace }) | undefined;
  if (bar && full.colorbar) {
    TICKS.forEach((name) => (full.colorbar![name] = bar[name]));
    full.colorbar.title.text = bar.title.text;
  }
}

/** Axes follow the numbers, as far as the reader has not zoomed; those that moved are drawn. */
function moveAxes(plotly: PlotlyApi, plot: IStanding, layout: Partial<Layout>): void {
  const subplots = Object.values(plot._fullLayout._plots);
  const axes = new Map(subplots.flatMap((subplot) => [subplot.xaxis, subplot.yaxis].map((axis) => [axis, subplot])));
  const before = new Map(
    [...axes.keys()].map((axis) => [axis, { dtick: axis.dtick, range: axis.range, place: placeOf(axis) }])
  );
  plot.layout = layout;
  plot._fullLayout.annotations?.forEach((note, i) => (note._input = notesOf(layout)[i]));
  axes.forEach((_, axis) => {
    const given = ((layout as Record<string, Trace>)[axis._name] ??= {});
    axis._input = given;
    if (SPACING in given) {
      axis.dtick = given[SPACING];
    }
  });
  plotly.fitAxes(plot);
  const moved = [...axes].filter(([axis]) => placeOf(axis) !== before.get(axis)!.place);
  moved.filter(([axis]) => !goesOn(before.get(axis)!, axis)).forEach(([axis, subplot]) => removeTicks(axis, subplot)); // prettier-ignore
  moved.forEach(([axis]) => drawAxis(plotly, plot, axis));
}

/** Labels below a plot that lie level are as high as those before them, so that their title stays: it takes longer than all else. */
function drawAxis(plotly: PlotlyApi, plot: IStanding, axis: IAxis): void {
  const { title, automargin, _depth: depth } = axis;
  if (!axis._id.startsWith('x') || axis.tickangle !== 0) {
    plotly.drawAxes(plot, [axis._id], {});
    return;
  }
  // plotly.js measures the labels of an axis whose title has a distance of its own to them.
  Object.assign(axis, { automargin: false, title: Object.create(title) as object });
  plotly.drawAxes(plot, [axis._id], { skipTitle: true });
  Object.assign(axis, { automargin, title, _depth: depth });
}

/** Whether an axis with labels at the same distance as before has new ones at its end alone: plotly.js adds them after the others. */
function goesOn(before: Pick<IAxis, 'dtick' | 'range'>, { tickmode, dtick, range }: IAxis): boolean {
  return tickmode === 'linear' && dtick === before.dtick && Number(range[0]) >= Number(before.range[0]);
}

function placeOf({ range, dtick }: IAxis): string {
  return JSON.stringify([range, dtick]);
}

/** Labels and lines of the grid come anew, in order. */
function removeTicks({ _id }: IAxis, { xaxislayer, yaxislayer, gridlayer }: ISubplot): void {
  (_id.startsWith('x') ? xaxislayer : yaxislayer).selectAll(`.${_id}tick`).remove();
  gridlayer.selectAll(`.${_id}grid`).remove();
}

/** From the first that changed to the last, so that they keep their order. */
function drawNotes(plotly: PlotlyApi, plot: IStanding, before: readonly (string | undefined)[]): void {
  const notes = notesOf(plot.layout);
  const first = notes.findIndex(({ text }, i) => text !== before[i]);
  for (let i = first; first >= 0 && i < notes.length; i++) {
    plot._fullLayout.annotations![i].text = notes[i].text;
    plotly.drawAnnotation(plot, i);
  }
}

function showTexts(plot: IStanding, index: number, trace: Trace, nodes: readonly Element[]): void {
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
