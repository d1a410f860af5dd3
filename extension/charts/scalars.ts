/** @file The run's scalars over time, one small plot for each, with the bounds that their formulas have. */
import type { Numeric } from '@switchyard/kernel-lib/protocol';
import type { Annotations, Data, Layout, LayoutAxis, Shape } from 'plotly.js';
import type { ITheme } from '../base/theme';
import { depthColours } from '../base/colours';
import { isSeriesAgain, seriesColour } from './amounts';
import type { IChartContext, IChoice, IFigure } from './figure';
import { figureWidth, fitting, textWidth } from './fitting';
import { choice } from './choice';
import { baseLayout } from './load';
import type { IScalarLine, IScalarPlot } from './scalarPlots';
import { smoothed } from './smoothed';
import { stepAxis } from './stepAxis';
import { brief, plainText } from './text';
import type { ICell } from '../base/table';
import { cell, tableOf } from '../base/table';

/** Height of one plot, of the gap above it that holds its title, and of the axis at the bottom; pixels. */
const PLOT = 66;
const GAP = 30;
const AXIS = 36;
/** Width of a bold text over a plain one's, and room between a title and what names its lines, in pixels. */
const BOLD = 1.1;
const SPACE = 6;
const LEFT = 46;
const RIGHT = 8;
/** More lines than this are named by the first and the last. */
const LEGEND_LINES = 6;
/** Weights of the value before, of which the reader chooses one. */
const SMOOTHINGS = ['0', '0.6', '0.9', '0.97'];

/** Small plots under one another with a common axis of steps, and one crosshair through all of them. Null where there is no step yet. */
export function scalars(
  steps: readonly number[],
  plots: readonly IScalarPlot[],
  context: IChartContext
): IFigure | null {
  if (steps.length === 0 || plots.length === 0) {
    return null;
  }
  const { theme, trans } = context;
  const height = plots.length * (PLOT + GAP);
  const layout: Partial<Layout> = {
    ...baseLayout(theme, height + AXIS),
    margin: { l: LEFT, r: RIGHT, t: 0, b: AXIS },
    shapes: plots.flatMap((plot, row) => boundLine(plot, row, theme)),
    annotations: plots.flatMap((plot, row) => titles(plot, span(row, height).top, context))
  };
  const [smoothing, scale] = drawingChoices(context);
  const drawnAs = { weight: Number(smoothing.selected), logarithmic: scale.selected === 'log' };
  Object.assign(layout, { xaxis: stepsBelow(steps, plots.length, context) });
  plots.forEach((plot, row) => Object.assign(layout, axes(plot, { row, height, theme, ...drawnAs })));
  const lines = plots.flatMap((plot) => plot.lines.map((line) => ({ plot, ...line })));
  const last = steps.length - 1;
  return {
    data: plots.flatMap((plot, row) => traces(plot, row, steps, theme, drawnAs.weight)),
    layout,
    steps: [...steps],
    choices: [smoothing, scale],
    summary: trans.__(
      'At step %1: %2.',
      steps[last],
      lines.map((line) => `${lineName(line.plot, line.name)} ${brief(valuesAt(line, steps)[last] ?? null)}`).join(', ')
    ),
    table: tableOf([trans.__('step'), ...lines.map(({ plot, name }) => lineName(plot, name))], () =>
      tableRows(steps, lines)
    )
  };
}

/** A row of numbers for each step. */
function tableRows(steps: readonly number[], lines: readonly IScalarLine[]): (string | ICell)[][] {
  const columns = lines.map((line) => valuesAt(line, steps));
  return steps.map((step, s) => [String(step), ...columns.map((values) => cell(values[s] ?? null, brief))]);
}

/** Values of a line at steps that may not be its own: null where it has none. */
function valuesAt({ values, steps: own }: IScalarLine, steps: readonly number[]): Numeric[] {
  if (own === undefined) {
    return values;
  }
  const known = new Map(own.map((step, i) => [step, values[i]]));
  return steps.map((step) => known.get(step) ?? null);
}

/** How the lines are drawn; both hold for all plots. */
function drawingChoices(context: IChartContext): [smoothing: IChoice, scale: IChoice] {
  const { trans } = context;
  return [
    choice(
      context,
      'scalars.smoothing',
      trans.__('Smoothing'),
      SMOOTHINGS.map((value) => ({ value, text: value === '0' ? trans.__('none') : value }))
    ),
    choice(context, 'scalars.scale', trans.__('Scale'), [
      { value: 'linear', text: trans.__('linear') },
      { value: 'log', text: trans.__('logarithmic') }
    ])
  ];
}

/** The one axis of all plots: what points at a step marks it in each. */
function stepsBelow(steps: readonly number[], rows: number, context: IChartContext): Partial<LayoutAxis> {
  return {
    ...stepAxis(steps, context),
    anchor: `y${axisId(rows - 1)}` as 'y',
    // Marks at the ends of a line would give room to steps below 0.
    rangemode: 'nonnegative',
    showspikes: true,
    spikemode: 'across',
    spikesnap: 'hovered data',
    spikethickness: 1,
    spikedash: 'dot',
    spikecolor: context.theme.mutedText
  };
}

function lineName(plot: IScalarPlot, name: string): string {
  return [plot.title, plot.legend, name].filter(Boolean).join(' ');
}

/** Where a plot stands, as shares of the height. */
function span(row: number, height: number): { top: number; bottom: number } {
  const top = 1 - (row * (PLOT + GAP) + GAP) / height;
  return { top, bottom: Math.max(0, top - PLOT / height) };
}

function axisId(row: number): string {
  return row === 0 ? '' : String(row + 1);
}

interface IPlace {
  row: number;
  /** Of all plots, in pixels. */
  height: number;
  theme: ITheme;
  logarithmic: boolean;
}

function axes(plot: IScalarPlot, { row, height, theme, logarithmic }: IPlace): object {
  const { top, bottom } = span(row, height);
  const [lower, upper] = plot.bounds;
  return {
    [`yaxis${axisId(row)}`]: {
      // What a formula bounds, or may be 0, has no logarithm to speak of.
      type: logarithmic && upper === null && isPositive(plot) ? 'log' : 'linear',
      anchor: 'x',
      domain: [bottom, top],
      gridcolor: theme.grid,
      zeroline: false,
      nticks: 4,
      fixedrange: true,
      rangemode: plot.fromZero ? 'tozero' : 'normal',
      // A flat line would get a range around it, beyond what the formula allows.
      autorangeoptions: upper === null ? undefined : { clipmin: lower, clipmax: upper * 1.04 },
      tickfont: { size: 10, color: theme.mutedText }
    }
  };
}

function isPositive({ lines }: IScalarPlot): boolean {
  return lines.every(({ values }) => values.every((value) => value === null || value > 0));
}

function traces(plot: IScalarPlot, row: number, steps: readonly number[], theme: ITheme, weight: number): Data[] {
  const colours = lineColours(plot, theme);
  return plot.lines.map(
    ({ name, values, part, run = 0, steps: own = steps }, i) =>
      ({
        type: 'scatter',
        ...drawing(values),
        name: plainText(lineName(plot, name)),
        x: own,
        y: smoothed(values, weight),
        xaxis: 'x',
        yaxis: `y${axisId(row)}`,
        line: {
          ...{ color: colours[i], width: WIDTHS[part ?? 'line'] },
          ...(isSeriesAgain(run, theme.colours) ? { dash: 'dash' } : {})
        },
        ...(part === 'high' ? { fill: 'tonexty', fillcolor: theme.grid } : {}),
        marker: { color: colours[i], size: 4 },
        hoverinfo: 'x+y+name',
        hoverlabel: { namelength: -1 }
      }) as Data
  );
}

/** Widths of lines in pixels; the edges of a band have none. */
const WIDTHS = { line: 1.5, low: 0, high: 0, middle: 1.5, chosen: 2.5 };

/** A colour for each line: of those of one run the same. */
export function lineColours({ lines }: IScalarPlot, { colours, mutedText, accent }: ITheme): string[] {
  if (lines.some(({ part }) => part !== undefined)) {
    return lines.map(({ part }) => (part === 'chosen' ? accent : mutedText));
  }
  return lines.some(({ run }) => run !== undefined)
    ? lines.map(({ run = 0 }) => seriesColour(run, colours))
    : depthColours(lines.length, colours);
}

/** A series measured now and then is joined up, with its points marked; in a dense one a gap is a missing number. */
function drawing(values: readonly Numeric[]): { mode: string; connectgaps: boolean } {
  const measured = values.filter((value) => value !== null).length;
  const sparse = measured < 2 || measured < values.length / 2;
  return { mode: sparse ? 'lines+markers' : 'lines', connectgaps: sparse };
}

function boundLine(plot: IScalarPlot, row: number, theme: ITheme): Partial<Shape>[] {
  const upper = plot.bounds[1];
  if (upper === null || Math.max(...plot.lines.flatMap((line) => line.values.map(Number))) < upper / 2) {
    return [];
  }
  const y = { yref: `y${axisId(row)}` as Shape['yref'], y0: upper, y1: upper };
  return [{ type: 'line', xref: 'paper', x0: 0, x1: 1, ...y, line: { color: theme.mutedText, width: 1, dash: 'dot' } }];
}

/** The plot's name on the left, with its bounds where there is room; its lines' names in their colours on the right. */
function titles(plot: IScalarPlot, y: number, context: IChartContext): Partial<Annotations>[] {
  const { theme, trans } = context;
  const [lower, upper] = plot.bounds;
  const room = figureWidth(context) - LEFT - RIGHT - textWidth(plot.title) * BOLD - SPACE;
  const lines = legend(plot, room);
  const bounds = upper === null ? '' : trans.__('between %1 and %2', brief(lower), brief(upper));
  const between = fitting([bounds, ''], room - textWidth(lines.map(({ text }) => text).join(' ')));
  const common: Partial<Annotations> = { xref: 'paper', yref: 'paper', y, yanchor: 'bottom', showarrow: false };
  const left = `<b>${plainText(plot.title)}</b> ${coloured(between, theme.mutedText)}`;
  const colours = lineColours(plot, theme);
  const right = lines
    .map(({ text, line }) => coloured(text, line === null ? theme.mutedText : colours[line]))
    .join(' ');
  return [
    { ...common, text: left, x: 0, xanchor: 'left' },
    { ...common, text: right, x: 1, xanchor: 'right' }
  ];
}

/** Words, and the line that each names; null where it names none. */
type Legend = { text: string; line: number | null }[];

/** All names with what they have in common, or as much of that as fits into so many pixels; what points at a line names it too. */
function legend({ lines, legend }: IScalarPlot, pixels: number): Legend {
  if (lines.length < 2 && lines[0]?.name === '') {
    return [];
  }
  const common = { text: legend, line: null };
  const all: Legend = lines.map(({ name }, i) => ({ text: name, line: i }));
  const ends: Legend = all.length < 3 ? all : [all[0], { text: '…', line: null }, all[all.length - 1]];
  const shown = all.length <= LEGEND_LINES ? all : ends;
  const forms = [[common, ...shown], shown, ends, []];
  const fits = (form: Legend): boolean => textWidth(form.map(({ text }) => text).join(' ')) <= pixels;
  return forms.find(fits) ?? [];
}

function coloured(text: string, colour: string): string {
  return `<span style="color:${colour}">${plainText(text)}</span>`;
}
