/** @file Which experts of a layer are chosen together, pair by pair. */
import type { LayerRouting, Numeric, RoutingPayload } from '@switchyard/kernel-lib/protocol';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Data } from 'plotly.js';
import { choice } from '../choice';
import type { IChartContext, IFigure } from '../figure';
import { lifts } from './lifts';
import {
  barLength,
  barTitle,
  baseLayout,
  fixedMargin,
  expertAxis,
  loadColours,
  loadPositions,
  shareColours,
  sharePositions
} from '../load';
import { outlineRow } from '../mark';
import { brief, expertNames, layerLabels, percent, plainText } from '../text';
import { wordsInstead } from '../wordsInstead';
import { cell, tableOf } from '../../base/table';

const TOP = 42;
const BOTTOM = 36;
const SIDE = 300;
const LEFT = 46;
const RIGHT = 8;

/** Rows and columns are experts of the layer in view; [E][E]. */
export function coActivation(payload: RoutingPayload, context: IChartContext): IFigure | null {
  const layer = payload.data.layers.at(context.layer);
  if (!layer) {
    return null;
  }
  const { theme, trans, expert } = context;
  const byLift = lifts(layer);
  if (byLift === null) {
    return wordsInstead(whyNone(layer, trans));
  }
  const measure = choice(context, 'co-activation.measure', trans.__('Measure'), [
    { value: 'lift', text: trans.__('against their loads') },
    { value: 'share', text: trans.__('share of tokens') }
  ]);
  const lifted = measure.selected === 'lift';
  const shares = (layer.coActivation ?? []).map((row, i) => row.map((share, j) => (i === j ? null : share)));
  const names = expertNames(layer, trans);
  const base = baseLayout(theme, TOP + SIDE + BOTTOM);
  return {
    layer: layerLabels(payload.data.layers)[context.layer],
    data: [trace(lifted ? byLift : shares, lifted, names, context)],
    layout: {
      ...base,
      margin: fixedMargin({ t: TOP, b: BOTTOM, l: LEFT, r: RIGHT }),
      xaxis: { ...expertAxis(trans, names.length), automargin: true, range: [-0.5, names.length - 0.5] },
      yaxis: { ...expertAxis(trans, names.length), range: [names.length - 0.5, -0.5] },
      shapes: expert === null ? [] : [outlineRow(expert, theme)]
    },
    summary: summary(layer, byLift, names, context, layerLabels(payload.data.layers)[context.layer]),
    table: tableOf([trans.__('expert'), ...names], () =>
      names.map((name, i) => [
        name,
        ...(lifted ? byLift : shares)[i].map((value) => cell(value, lifted ? brief : percent))
      ])
    ),
    choices: [measure],
    pick: ({ index }) => {
      const [row] = index as [number, number];
      return { expert: row === expert ? null : row };
    }
  };
}

/** Why the payload has no pairs. */
export function whyNone(layer: LayerRouting, trans: TranslationBundle): string {
  return layer.k === 1
    ? trans.__('A token goes to one expert in this layer: none are chosen together.')
    : trans.__('This snapshot does not count which experts are chosen together; the counts may not have fitted.');
}

function trace(values: Numeric[][], lifted: boolean, names: string[], context: IChartContext): Data {
  const { theme, trans } = context;
  const titleOf = (forms: string[]): string => barTitle(forms, context, { l: LEFT, r: RIGHT });
  const length = barLength(context, { l: LEFT, r: RIGHT });
  const colours = lifted
    ? loadColours(theme, {
        length,
        fair: '1×',
        title: titleOf([
          trans.__('chosen together, times what their loads explain'),
          trans.__('times what their loads explain')
        ])
      })
    : shareColours(theme, {
        length,
        title: titleOf([
          trans.__('of the tokens of the expert at the left, also at the one below'),
          trans.__('of the left one’s tokens, also below'),
          trans.__('share of tokens')
        ])
      });
  const safe = names.map(plainText);
  const hover = lifted
    ? trans.__('%1: chosen together %2 times as often as their loads explain', '%{text}', '%{customdata:.2f}')
    : trans.__('%1: %2 of the tokens of the first also go to the second', '%{text}', '%{customdata:.1%}');
  return {
    type: 'heatmap',
    z: lifted ? loadPositions(values) : sharePositions(values),
    customdata: values,
    xgap: names.length > 32 ? 0 : 1,
    ygap: names.length > 32 ? 0 : 1,
    text: safe.map((row) => safe.map((column) => trans.__('%1 and %2', row, column))),
    hoverongaps: false,
    hovertemplate: `${plainText(hover)}<extra></extra>`,
    ...colours
  } as unknown as Data;
}

function summary(
  layer: LayerRouting,
  byLift: Numeric[][],
  names: string[],
  context: IChartContext,
  label: string
): string {
  const { trans, expert } = context;
  const pairs = byLift
    .flatMap((row, i) => row.map((lift, j) => ({ i, j, lift: lift ?? -1 })))
    .filter(({ i, j, lift }) => lift >= 0 && (expert === null ? i < j : i === expert))
    .sort((a, b) => b.lift - a.lift);
  if (pairs.length === 0) {
    return trans.__('In layer %1 no two experts were chosen together.', label);
  }
  const { i, j, lift } = pairs[0];
  return expert === null
    ? trans.__(
        'Experts chosen together in layer %1. %2 and %3 are %4 times as often as their loads explain, the most of all pairs.',
        label,
        names[i],
        names[j],
        lift.toFixed(2)
      )
    : trans.__(
        'Experts chosen together in layer %1. %2 is most often with %3: %4 times as often as their loads explain, %5 of its tokens.',
        label,
        names[i],
        names[j],
        lift.toFixed(2),
        percent(layer.coActivation?.[i][j] ?? null)
      );
}
