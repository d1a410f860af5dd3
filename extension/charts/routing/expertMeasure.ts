/** @file What a heatmap of experts may show of them: load, importance or mean weight. */
import type { LayerRouting, Numeric, RoutingPayload } from '@switchyard/kernel-lib/protocol';
import type { TranslationBundle } from '@jupyterlab/translation';
import { amountColours, loadColours, loadPositions, timesFair } from '../load';
import type { IChartContext } from '../figure';
import { brief, percent } from '../text';

/** One measure of every expert of every layer; null where it is not known. */
export interface IExpertMeasure {
  /** Its name at the start of a sentence. */
  title: string;
  /** Its values as words tell them; [L][E]. */
  shown: Numeric[][];
  /** Places of these on the scale of colours; [L][E]. */
  z: Numeric[][];
  /** The payload's own numbers; [L][E]. */
  values: Numeric[][];
  /** Scale, colours and their bar. */
  colours: object;
  /** The words of a cell when it is pointed at: plotly's `%{text}` is its expert, `%{customdata}` the payload's number and what is shown. */
  hover: string;
  /** A sentence on the greatest. */
  most: (expert: string, layer: string, shown: number) => string;
  /** A value of the payload as it stands in the table. */
  cell: (value: Numeric) => string;
}

/** Names of the measures that the payload has, with the words for the choice. */
export function offeredMeasures(
  layers: readonly LayerRouting[],
  trans: TranslationBundle
): { value: string; text: string }[] {
  return [
    { value: 'load', text: trans.__('load'), known: true },
    { value: 'importance', text: trans.__('importance'), known: layers.some((layer) => layer.importance.length > 0) },
    { value: 'weight', text: trans.__('mean weight'), known: layers.some((layer) => layer.meanWeight !== undefined) }
  ]
    .filter(({ known }) => known)
    .map(({ value, text }) => ({ value, text }));
}

/** The measure of that name; load for any other name. */
export function expertMeasure(name: string, layers: readonly LayerRouting[], titled: ITitled): IExpertMeasure {
  const measure = { importance, weight: meanWeight }[name] ?? load;
  return measure(layers, titled);
}

/** A context, and which of some words, longest first, there is room for above the colours. */
interface ITitled extends IChartContext {
  titleOf: (forms: readonly string[]) => string;
  /** Length of the bar of colours, in pixels. */
  length: number;
}

/** Load over the fair share 1/E: at most E/k, as an expert has at most 1/k of the choices. */
function load(layers: readonly LayerRouting[], context: ITitled): IExpertMeasure {
  const { trans } = context;
  const values = layers.map((layer) => perExpert(layer, layer.load));
  const bounds = layers.map((layer) => layer.numExperts / layer.k);
  const title = trans.__('load as a multiple of the fair share, at most %1', span(bounds));
  return {
    title: trans.__('Load'),
    values,
    ...timesFairShare(layers, values, bounds, title, context),
    hover: trans.__(
      '%1: %2 of assignments, %3 × fair share',
      '%{text}',
      '%{customdata[0]:.1%}',
      '%{customdata[1]:.2f}'
    ),
    most: (expert, layer, shown) =>
      trans.__('The fullest is %1 of layer %2 with %3 times its fair share.', expert, layer, shown.toFixed(2)),
    cell: percent
  };
}

/** Share of the probability over 1/E: at most E, as all of it may be one expert's. */
function importance(layers: readonly LayerRouting[], context: ITitled): IExpertMeasure {
  const { trans } = context;
  const values = layers.map((layer) => perExpert(layer, layer.importance));
  const bounds = layers.map((layer) => layer.numExperts);
  const title = trans.__('importance as a multiple of the fair share, at most %1', span(bounds));
  return {
    title: trans.__('Importance'),
    values,
    ...timesFairShare(layers, values, bounds, title, context),
    hover: trans.__(
      '%1: %2 of the probability, %3 × fair share',
      '%{text}',
      '%{customdata[0]:.1%}',
      '%{customdata[1]:.2f}'
    ),
    most: (expert, layer, shown) =>
      trans.__('The likeliest is %1 of layer %2 with %3 times its fair share.', expert, layer, shown.toFixed(2)),
    cell: percent
  };
}

function shortTitles(bounds: readonly number[], trans: TranslationBundle): string[] {
  return [trans.__('times the fair share, at most %1', span(bounds)), trans.__('times the fair share')];
}

function timesFairShare(
  layers: readonly LayerRouting[],
  values: readonly Numeric[][],
  bounds: readonly number[],
  title: string,
  { theme, trans, length, titleOf }: ITitled
): Pick<IExpertMeasure, 'shown' | 'z' | 'colours'> {
  const shown = layers.map(({ numExperts }, i) =>
    values[i].map((value) => (value === null ? null : timesFair(value, numExperts)))
  );
  const same = bounds.every((each) => each === bounds[0]);
  const bound = same ? { at: bounds[0], text: trans.__('bound') } : undefined;
  return {
    shown,
    z: loadPositions(shown),
    colours: loadColours(theme, {
      fair: trans.__('fair'),
      title: titleOf([title, ...shortTitles(bounds, trans)]),
      bound,
      length
    })
  };
}

function meanWeight(layers: readonly LayerRouting[], { theme, trans, titleOf, beside = [] }: ITitled): IExpertMeasure {
  const values = layers.map((layer) => perExpert(layer, layer.meanWeight ?? []));
  const others = (beside as readonly RoutingPayload[]).flatMap(({ data }) =>
    data.layers.flatMap((layer) => layer.meanWeight ?? [])
  );
  const greatest = Math.max(1, ...[...values.flat(), ...others].map((value) => value ?? 0));
  // Weights are shares, of which some routers take a multiple: the scale is one of few.
  const most = 2 ** Math.ceil(Math.log2(greatest));
  const k = layers[0].k;
  const even = layers.every((layer) => layer.k === k) && k > 1 ? [{ at: 1 / k, text: trans.__('1/%1 even', k) }] : [];
  return {
    title: trans.__('Mean weight'),
    shown: values,
    z: values,
    values,
    colours: amountColours(most, theme, {
      title: titleOf([trans.__('mean weight with which an expert’s output is taken'), trans.__('mean weight')]),
      ticks: [{ at: 0, text: '0' }, ...even, { at: most, text: brief(most) }]
    }),
    hover: trans.__('%1: mean weight %2', '%{text}', '%{customdata[0]:.3g}'),
    most: (expert, layer, shown) =>
      trans.__('The greatest is that of %1 of layer %2: %3.', expert, layer, brief(shown)),
    cell: brief
  };
}

/** One number an expert, null where the payload left them out. */
function perExpert(layer: LayerRouting, values: readonly Numeric[]): Numeric[] {
  return Array.from({ length: layer.numExperts }, (_, e) => values[e] ?? null);
}

/** The one number that all are, or the least and the greatest. */
function span(values: readonly number[]): string {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return least === most ? `${brief(least)}×` : `${brief(least)}× – ${brief(most)}×`;
}
