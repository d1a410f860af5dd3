/** @file Where tokens go from layer to layer: which expert leads to which in the next. */
import type { RoutingPayload } from '@switchyard/kernel-lib/protocol';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Annotations } from 'plotly.js';
import { biggestFlows } from './biggestFlows';
import { choice } from '../choice';
import type { IFlows } from './expertFlows';
import { expertFlows } from './expertFlows';
import type { IChartContext, IChoice, IFigure } from '../figure';
import type { IFlowNames } from './flowTrace';
import { flowTrace } from './flowTrace';
import { baseLayout } from '../load';
import { expertNames, layerLabels, percent, plainText } from '../text';
import { wordsInstead } from '../wordsInstead';
import { tableOf } from '../../base/table';

/** So many layers are drawn at first. */
const LAYERS = 4;
const HEIGHT = 380;
const TOP = 20;

/** Columns are layers, bands the tokens' first choices from one layer to the next. */
export function flow(payload: RoutingPayload, context: IChartContext): IFigure | null {
  const { layers } = payload.data;
  const { theme, trans } = context;
  if (layers.length === 0) {
    return null;
  }
  if (layers.length === 1) {
    return wordsInstead(trans.__('There is one routed layer: tokens flow to no other.'));
  }
  const labels = layerLabels(layers);
  const choices = range(labels, context);
  const first = Number(choices[0].selected);
  const last = Number(choices[1].selected);
  const known = expertFlows(payload.data, first, last);
  if (known === null) {
    return {
      ...wordsInstead(
        trans.__('This snapshot has neither the transitions between these layers nor a sample of tokens.')
      ),
      choices
    };
  }
  const chosen = context.expert === null ? null : ([context.layer, context.expert] as const);
  const biggest = biggestFlows(known.flows, chosen);
  const names: IFlowNames = { labels, experts: layers.map((layer) => expertNames(layer, trans)) };
  const { trace, rows } = flowTrace(biggest.flows, names, chosen, context);
  const columns = [trans.__('layer'), trans.__('from'), trans.__('to'), trans.__('of its tokens'), trans.__('of all tokens')]; // prettier-ignore
  const table = tableOf(columns, () => rows);
  return {
    data: [trace],
    layout: {
      ...baseLayout(theme, HEIGHT),
      margin: { l: 4, r: 4, t: TOP, b: 6 },
      annotations: headings(labels, first, last, context)
    },
    summary: [
      trans.__('Where tokens go from layer %1 to layer %2, by first choices.', labels[first], labels[last]),
      ...whatIsShown(known, biggest.covered, biggest.grouped, labels[first], trans),
      ...chosenWords(table.rows, chosen, names, first, last, trans)
    ].join(' '),
    table,
    choices,
    pick: ({ data }) => {
      const { layer, expert } = data as { layer: number; expert: number };
      const same = chosen !== null && layer === chosen[0] && expert === chosen[1];
      return expert < 0 ? {} : { layer, expert: same ? null : expert };
    }
  };
}

/** The layers from and to; at first those around the layer in view. */
function range(labels: readonly string[], context: IChartContext): [IChoice, IChoice] {
  const { trans, layer } = context;
  const end = labels.length - 1;
  const options = labels.map((text, i) => ({ value: String(i), text }));
  const start = Math.max(0, Math.min(layer, end - LAYERS + 1));
  const from = choice(context, 'flow.first', trans.__('From layer'), options.slice(0, end), String(start));
  const first = Number(from.selected);
  const later = options.slice(first + 1);
  const to = choice(context, 'flow.last', trans.__('to'), later, String(Math.min(end, first + LAYERS - 1)));
  return [from, to];
}

function headings(
  labels: readonly string[],
  first: number,
  last: number,
  { theme, trans, layer }: IChartContext
): Partial<Annotations>[] {
  return labels.slice(first, last + 1).map((label, i) => ({
    xref: 'paper',
    yref: 'paper',
    x: i / (last - first),
    xanchor: i === 0 ? 'left' : i === last - first ? 'right' : 'center',
    y: 1,
    yanchor: 'bottom',
    showarrow: false,
    font: { size: 11, color: first + i === layer ? theme.text : theme.mutedText },
    text: plainText(last - first > 5 ? label : trans.__('layer %1', label))
  }));
}

function whatIsShown(
  { sampled }: IFlows,
  covered: number,
  grouped: boolean,
  first: string,
  trans: TranslationBundle
): string[] {
  const source =
    sampled === null
      ? trans.__('The first column is the load of layer %1.', first)
      : trans.__('Counted from the sample of %1 tokens.', sampled);
  const others = grouped ? [trans.__('The emptier experts of a layer are drawn together.')] : [];
  const most = covered < 0.9995 ? [trans.__('Only the biggest flows are drawn: %1 of all.', percent(covered))] : [];
  return [source, ...others, ...most];
}

function chosenWords(
  rows: readonly string[][],
  chosen: readonly [number, number] | null,
  { labels, experts }: IFlowNames,
  first: number,
  last: number,
  trans: TranslationBundle
): string[] {
  if (chosen === null || chosen[0] < first || chosen[0] > last) {
    return [];
  }
  const name = experts[chosen[0]][chosen[1]];
  const out = rows.find(([layer, from]) => layer === labels[chosen[0]] && from === name);
  return out
    ? [
        trans.__(
          'Chosen is %1 of layer %2: it leads most to %3, with %4 of its tokens.',
          name,
          labels[chosen[0]],
          out[2],
          out[3]
        )
      ]
    : [trans.__('Chosen is %1 of layer %2.', name, labels[chosen[0]])];
}
