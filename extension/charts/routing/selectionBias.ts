/** @file The bias by which a router without a balancing loss is balanced: its size for each expert, and how often it changed its sign. */
import type { RoutingPayload } from '@switchyard/kernel-lib/protocol';
import type { Data } from 'plotly.js';
import { cell, tableOf } from '../../base/table';
import { seriesColour } from '../amounts';
import type { IChartContext, IFigure } from '../figure';
import { baseLayout, expertAxis, fixedMargin } from '../load';
import { brief, expertNames, layerLabels, percent, plainText } from '../text';
import { wordsInstead } from '../wordsInstead';

const MARGIN = { l: 56, r: 8, t: 8, b: 40 };
const HEIGHT = 150;

/** A bar for each expert of the layer in view. Null where no layer has a bias, and words where this one has none. */
export function selectionBias(payload: RoutingPayload, context: IChartContext): IFigure | null {
  const { layers } = payload.data;
  const layer = layers.at(context.layer);
  if (!layer || !layers.some(({ internals }) => internals?.bias)) {
    return null;
  }
  const { theme, trans, expert } = context;
  const { bias, biasFlips = [] } = layer.internals ?? {};
  if (bias === undefined) {
    return wordsInstead(trans.__('The router of this layer has no selection bias.'));
  }
  const names = expertNames(layer, trans);
  const label = layerLabels(layers)[context.layer];
  const sizes = bias.map((value) => Math.abs(value ?? 0));
  const largest = sizes.indexOf(Math.max(...sizes));
  const words = (e: number): string =>
    trans._n(
      '%2: bias %3, load %4; its sign changed once',
      '%2: bias %3, load %4; its sign changed %1 times',
      biasFlips[e] ?? 0,
      names[e],
      brief(bias[e]),
      percent(layer.load[e])
    );
  const bars = {
    type: 'bar',
    x: bias.map((_, e) => e),
    y: bias,
    marker: {
      color: bias.map((value) => seriesColour((value ?? 0) < 0 ? 1 : 0, theme.colours)),
      line: { color: theme.text, width: bias.map((_, e) => (e === expert ? 2 : 0)) }
    },
    hoverinfo: 'text',
    hovertext: bias.map((_, e) => plainText(words(e))),
    textposition: 'none'
  };
  return {
    data: [bars as unknown as Data],
    layer: label,
    layout: {
      ...baseLayout(theme, MARGIN.t + HEIGHT + MARGIN.b),
      margin: fixedMargin(MARGIN),
      bargap: 0.2,
      xaxis: { ...expertAxis(trans, layer.numExperts), range: [-0.6, layer.numExperts - 0.4], automargin: true },
      yaxis: {
        title: { text: trans.__('bias'), standoff: 4 },
        fixedrange: true,
        nticks: 5,
        gridcolor: theme.grid,
        zeroline: true,
        zerolinecolor: theme.mutedText
      }
    },
    summary: trans.__(
      'Selection bias in layer %1: the largest is %2 of %3; signs changed %4 times in all.',
      ...[label, brief(bias[largest]), names[largest], biasFlips.reduce((sum, count) => sum + count, 0)]
    ),
    table: tableOf([trans.__('expert'), trans.__('bias'), trans.__('sign changes'), trans.__('load')], () =>
      names.map((name, e) => [
        ...[name, cell(bias[e], brief), cell(biasFlips[e] ?? null, String)],
        cell(layer.load[e], percent)
      ])
    ),
    pick: ({ x }) => ({ expert: Number(x) === expert ? null : Number(x) })
  };
}
