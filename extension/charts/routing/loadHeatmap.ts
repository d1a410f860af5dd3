/** @file Load, importance or mean weight of every expert in every layer. */
import type { LayerRouting, RoutingPayload } from '@switchyard/kernel-lib/protocol';
import type { Data, Layout } from 'plotly.js';
import { choice } from '../choice';
import type { IExpertMeasure } from './expertMeasure';
import { expertMeasure, offeredMeasures } from './expertMeasure';
import type { IChartContext, IFigure } from '../figure';
import { heatmapSummary, heatmapTable } from './heatmapWords';
import { BOUNDS_WIDTH, hasBounds, layerBounds } from './layerBounds';
import { barLength, barTitle, baseLayout, fixedMargin, expertAxis, PLAIN_LABELS } from '../load';
import { outline } from '../mark';
import { expertNames, layerLabels, phrase, plainText } from '../text';
import { thinned } from './thinned';

/** Height of a row that has room, of one that has not, and of all rows together at most; pixels. */
const ROW = 26;
const LEAST_ROW = 11;
const ROOM = 260;
const MOST = 640;
/** Room for the colour bar with its title, and for the axis; pixels. */
const TOP = 42;
const BOTTOM = 36;
/** More rows or columns than this have no gaps between their cells. */
const GAPPED = 32;

/** The picture with what its parts share. */
interface IParts {
  layers: LayerRouting[];
  labels: string[];
  measure: IExpertMeasure;
  /** Experts from left to right; [L][E]. */
  order: number[][];
  columns: number;
  /** Height of all rows, in pixels. */
  height: number;
}

/** Rows are layers in order of depth, columns experts by number or by load; [L][E]. */
export function loadHeatmap(payload: RoutingPayload, context: IChartContext): IFigure | null {
  const { layers } = payload.data;
  if (layers.length === 0) {
    return null;
  }
  const { trans } = context;
  const choices = [
    choice(context, 'load-heatmap.measure', trans.__('Measure'), offeredMeasures(layers, trans)),
    choice(context, 'load-heatmap.order', trans.__('Order'), [
      { value: 'number', text: trans.__('by number') },
      { value: 'load', text: trans.__('by load') }
    ])
  ];
  const parts: IParts = {
    layers,
    labels: layerLabels(layers),
    measure: expertMeasure(choices[0].selected, layers, {
      ...context,
      titleOf: (forms) => barTitle(forms, context, sides(layers, context)),
      length: barLength(context, sides(layers, context))
    }),
    order: layers.map((layer) => experts(layer, choices[1].selected === 'load')),
    columns: Math.max(...layers.map((layer) => layer.numExperts)),
    height: Math.min(MOST, Math.max(60, LEAST_ROW * layers.length, Math.min(ROOM, ROW * layers.length)))
  };
  const shown = thinned(layers.length, parts.height / layers.length, LEAST_ROW, context.layer);
  const bounds = layerBounds(layers, shown, parts.columns, context);
  return {
    data: [trace(parts, context), ...bounds.data],
    layout: layout(parts, shown, bounds.annotations, choices[1].selected === 'load', context),
    summary: heatmapSummary(payload, parts.measure, context),
    table: heatmapTable(layers, parts.measure, context),
    choices,
    pick: ({ index }) => {
      const [row, column] = index as [number, number];
      const expert = parts.order[row][column];
      return { layer: row, expert: row === context.layer && expert === context.expert ? null : expert };
    }
  };
}

/** Margins beside the rows, in pixels. */
function sides(layers: readonly LayerRouting[], context: IChartContext): { l: number; r: number } {
  const longest = Math.max(...layerLabels(layers).map((label) => label.length));
  return { l: 28 + 6 * longest, r: hasBounds(layers, context) ? BOUNDS_WIDTH : 8 };
}

/** Experts from left to right: the fullest first, or by number. */
function experts(layer: LayerRouting, byLoad: boolean): number[] {
  const numbers = layer.load.map((_, e) => e);
  return byLoad ? numbers.sort((a, b) => layer.load[b] - layer.load[a] || a - b) : numbers;
}

function trace({ layers, labels, measure, order, columns }: IParts, { trans }: IChartContext): Data {
  const along = <T>(rows: readonly (readonly T[])[]): T[][] => rows.map((row, i) => order[i].map((e) => row[e]));
  // Layers whose experts have no labels share their names: there may be thousands, and this is done for every snapshot.
  const numbered = new Map<number, string[]>();
  const namesOf = (layer: LayerRouting): string[] => {
    const shared = layer.experts.length === 0 ? numbered.get(layer.numExperts) : undefined;
    const names = shared ?? expertNames(layer, trans).map(plainText);
    if (layer.experts.length === 0) {
      numbered.set(layer.numExperts, names);
    }
    return names;
  };
  const names = layers.map((layer, i) =>
    namesOf(layer).map(phrase((name) => plainText(trans.__('layer %1, %2', labels[i], name))))
  );
  return {
    type: 'heatmap',
    z: along(measure.z),
    y: layers.map((_, i) => i),
    x: Array.from({ length: columns }, (_, i) => i),
    xgap: columns > GAPPED ? 0 : 1,
    ygap: layers.length > GAPPED ? 0 : 1,
    text: along(names),
    customdata: along(measure.values.map((row, i) => row.map((value, e) => [value, measure.shown[i][e]]))),
    hoverongaps: false,
    hovertemplate: `${plainText(measure.hover)}<extra></extra>`,
    ...measure.colours
  } as unknown as Data;
}

function layout(
  { layers, labels, order, columns, height }: IParts,
  shown: readonly number[],
  annotations: Layout['annotations'],
  byLoad: boolean,
  context: IChartContext
): Partial<Layout> {
  const { theme, trans, layer, expert } = context;
  const base = baseLayout(theme, TOP + height + BOTTOM);
  const column = expert === null ? -1 : order[layer].indexOf(expert);
  return {
    ...base,
    margin: fixedMargin({ b: BOTTOM, t: TOP, ...sides(layers, context) }),
    xaxis: {
      ...expertAxis(trans, columns),
      automargin: true,
      range: [-0.5, columns - 0.5],
      ...(byLoad
        ? { title: { text: trans.__('experts of each layer, the fullest first'), standoff: 4 }, showticklabels: false }
        : {})
    },
    yaxis: {
      title: { text: trans.__('layer'), standoff: 4 },
      fixedrange: true,
      showgrid: false,
      zeroline: false,
      ...PLAIN_LABELS,
      range: [layers.length - 0.5, -0.5],
      tickvals: [...shown],
      ticktext: shown.map((i) => (i === layer ? `<b>${plainText(labels[i])}</b>` : plainText(labels[i])))
    },
    shapes: column >= 0 ? [outline([column, column], [layer, layer], theme)] : [],
    annotations
  };
}
