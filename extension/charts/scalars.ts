/** @file The run's scalars over time, one small plot for each, with the bounds that their formulas have. */
import type { Numeric, Payload, RoutingPayload } from '@switchyard/kernel-lib/protocol';
import type { Data, Layout } from 'plotly.js';
import { depthColours } from './colours';
import type { IChartContext, IFigure } from './figure';
import { baseLayout } from './load';
import { brief, layerLabels, plainText } from './text';

/** One small plot: a name, its lines and the range its formula allows. */
interface IPlot {
  title: string;
  lines: { name: string; values: Numeric[] }[];
  /** Lower and upper bound; null where there is none. */
  bounds: [number | null, number | null];
}

const ROW = 92;
const GAP = 34;

/** Losses first, then MaxVio, coefficient of variation, entropy and dropped share of every layer. */
export function scalars(payload: Payload, context: IChartContext): IFigure | null {
  const steps = payload.kind === 'routing' ? payload.data.history.steps : payload.data.steps;
  const plots = [...namedScalars(payload), ...(payload.kind === 'routing' ? layerScalars(payload, context) : [])];
  if (steps.length === 0 || plots.length === 0) {
    return null;
  }
  const { theme, trans } = context;
  const height = plots.length * (ROW + GAP) + 20;
  const layout: Partial<Layout> = {
    ...baseLayout(theme, height),
    margin: { l: 46, r: 8, t: 0, b: 0 },
    xaxis: { domain: [0, 1], visible: false },
    shapes: [],
    annotations: []
  };
  plots.forEach((plot, row) => addPlot(layout, plot, row, height, context, row === plots.length - 1));
  const last = steps.length - 1;
  const columns = plots.flatMap((plot) => plot.lines.map((line) => `${plot.title} ${line.name}`.trim()));
  return {
    data: plots.flatMap((plot, row) => traces(plot, row, steps, context)),
    layout,
    summary: trans.__(
      'At step %1: %2.',
      steps[last],
      plots
        .map((plot) => `${plot.title} ${plot.lines.map((line) => brief(line.values[last] ?? null)).join(', ')}`)
        .join('; ')
    ),
    table: {
      columns: [trans.__('step'), ...columns],
      rows: steps.map((step, s) => [
        String(step),
        ...plots.flatMap((plot) => plot.lines.map((line) => brief(line.values[s] ?? null)))
      ])
    }
  };
}

/** "loss/train" and "loss/validation" share the plot "loss". */
function namedScalars(payload: Payload): IPlot[] {
  const named = payload.kind === 'routing' ? payload.data.history.scalars : payload.data.scalars;
  const plots = new Map<string, IPlot>();
  for (const [name, values] of Object.entries(named)) {
    const [group, ...rest] = name.split('/');
    const plot = plots.get(group) ?? { title: group, lines: [], bounds: [null, null] };
    plot.lines.push({ name: rest.join('/'), values });
    plots.set(group, plot);
  }
  return [...plots.values()];
}

/**
 * With at most 1/k of the assignments for one expert, MaxVio is at most E/k - 1 and the coefficient of variation at most
 * sqrt(E/k - 1); entropy is normalised and dropped is a share, so both lie in [0, 1].
 */
function layerScalars(payload: RoutingPayload, { trans }: IChartContext): IPlot[] {
  const { layers, history } = payload.data;
  const labels = layerLabels(layers);
  const worst = Math.max(...layers.map((layer) => layer.numExperts / layer.k)) - 1;
  const lines = (series: Numeric[][]): IPlot['lines'] =>
    series.map((values, i) => ({ name: trans.__('layer %1', labels[i]), values }));
  const plots: IPlot[] = [
    { title: trans.__('MaxVio'), lines: lines(history.maxVio), bounds: [0, worst] },
    { title: trans.__('coefficient of variation'), lines: lines(history.cv), bounds: [0, Math.sqrt(worst)] },
    { title: trans.__('router entropy'), lines: lines(history.entropy), bounds: [0, 1] },
    { title: trans.__('dropped share'), lines: lines(history.dropped), bounds: [0, 1] }
  ];
  return plots.filter((plot) => plot.lines.some((line) => line.values.some((value) => value !== null)));
}

function axisName(row: number): string {
  return row === 0 ? '' : String(row + 1);
}

function traces(plot: IPlot, row: number, steps: number[], { theme }: IChartContext): Data[] {
  const colours = depthColours(plot.lines.length, theme.light);
  return plot.lines.map(
    (line, i) =>
      ({
        type: 'scatter',
        mode: steps.length === 1 ? 'markers' : 'lines',
        name: plainText(line.name),
        x: steps,
        y: line.values,
        xaxis: `x${axisName(row)}`,
        yaxis: `y${axisName(row)}`,
        line: { color: colours[i], width: 1.5 },
        hovertemplate: `%{x}: %{y:.4g}<extra>${plainText(line.name).replace(/%/g, '&#37;')}</extra>`
      }) as Data
  );
}

function addPlot(
  layout: Partial<Layout>,
  plot: IPlot,
  row: number,
  height: number,
  { theme, trans }: IChartContext,
  last: boolean
): void {
  const top = 1 - (row * (ROW + GAP) + GAP - 12) / height;
  const bottom = top - ROW / height;
  const name = axisName(row);
  const [lower, upper] = plot.bounds;
  Object.assign(layout, {
    [`xaxis${name}`]: {
      anchor: `y${name}`,
      matches: row === 0 ? undefined : 'x',
      showgrid: false,
      zeroline: false,
      showticklabels: last,
      nticks: 7,
      title: last ? { text: trans.__('step'), standoff: 2 } : undefined
    },
    [`yaxis${name}`]: {
      anchor: `x${name}`,
      domain: [bottom, top],
      gridcolor: theme.grid,
      zeroline: false,
      nticks: 4,
      fixedrange: true,
      rangemode: lower === 0 ? 'tozero' : 'normal'
    }
  });
  const bounds = upper === null ? '' : `  ${trans.__('%1 to %2', brief(lower), brief(upper))}`;
  layout.annotations?.push({
    text: `<b>${plainText(plot.title)}</b><span style="color:${theme.mutedText}">${plainText(bounds)}</span>`,
    xref: 'paper',
    yref: 'paper',
    x: 0,
    y: top,
    xanchor: 'left',
    yanchor: 'bottom',
    showarrow: false
  });
  if (upper !== null) {
    layout.shapes?.push({
      type: 'line',
      xref: 'paper',
      x0: 0,
      x1: 1,
      yref: `y${name}` as 'y',
      y0: upper,
      y1: upper,
      line: { color: theme.mutedText, width: 1, dash: 'dot' }
    });
  }
}
