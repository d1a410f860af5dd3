/** @file How strongly a network's output at a node hangs on what the others hold, on the graph. */
import type { GraphRewiringPayload, GraphSensitivity } from '@switchyard/kernel-lib/protocol';
import { sensitivityShare } from '@switchyard/kernel-lib/protocol';
import type { Data } from 'plotly.js';
import { cell, tableOf } from '../../base/table';
import { amountScale } from '../amounts';
import type { IChartContext, IChoice, IFigure } from '../figure';
import { baseLayout } from '../load';
import { brief, plainText } from '../text';
import { barBeside, graphHeight, MANY, segments } from './graphRewiring';

const CHOICE = 'graph-sensitivity.target';
/** Decades that colours tell apart at most: what is below is as good as nothing. */
const MOST_DECADES = 8;

/** Nodes by what the chosen one's output hangs on them; a click chooses another. */
export function graphSensitivity(payload: GraphRewiringPayload, context: IChartContext): IFigure | null {
  const { nodes, edges, sensitivity } = payload.data;
  const row = chosenRow(sensitivity, context);
  if (sensitivity === undefined || row === null) {
    return null;
  }
  const { theme, trans } = context;
  const target = sensitivity.targets[row];
  const below = sensitivity.decadesBelow[row];
  const decades = Math.min(MOST_DECADES, Math.max(1, Math.ceil(Math.max(...below.map((value) => value ?? 0)))));
  const size = nodes.length > MANY ? 6 : 11;
  const there = edges.filter(({ state }) => state !== 'removed');
  const words = (node: number): string => `${nodes[node].label}: ${shareWords(below[node], context)}`;
  const points = (own: readonly number[], marker: object): Data => ({
    type: 'scatter',
    mode: 'markers',
    x: own.map((node) => nodes[node].x),
    y: own.map((node) => nodes[node].y),
    customdata: [...own],
    marker,
    hoverinfo: 'text',
    text: own.map((node) => plainText(words(node))),
    showlegend: false
  });
  const all = nodes.map((_, node) => node);
  const reached = all.filter((node) => below[node] !== null);
  const bare = { visible: false, fixedrange: false };
  return {
    data: [
      {
        type: 'scatter',
        mode: 'lines',
        ...segments(there, nodes),
        line: { color: theme.mutedText, width: 1 },
        opacity: 0.6,
        hoverinfo: 'skip',
        showlegend: false
      },
      points([target], { size: size + 8, symbol: 'circle-open', color: theme.text, line: { width: 2 } }),
      points(
        all.filter((node) => below[node] === null),
        { size, color: theme.background, line: { color: theme.mutedText, width: 1.5 } }
      ),
      points(reached, {
        size,
        color: reached.map((node) => -Math.min(decades, below[node]!)),
        cmin: -decades,
        cmax: 0,
        colorscale: amountScale(theme.colours),
        line: { color: theme.mutedText, width: 0.5 },
        colorbar: {
          ...barBeside(trans.__('of the greatest')),
          tickvals: Array.from({ length: decades + 1 }, (_, i) => -i),
          ticktext: Array.from({ length: decades + 1 }, (_, i) => (i === 0 ? '1' : `10<sup>−${i}</sup>`))
        }
      })
    ],
    layout: {
      ...baseLayout(theme, graphHeight(nodes)),
      margin: { l: 8, r: 8, t: 8, b: 8 },
      hovermode: 'closest',
      xaxis: bare,
      yaxis: { ...bare, scaleanchor: 'x' }
    },
    summary: summary(payload, row, context),
    table: tableOf([trans.__('node'), trans.__('share of the greatest')], () =>
      all.map((node) => [nodes[node].label, cell(sensitivityShare(below[node]), brief)])
    ),
    choices: [targetChoice(payload, sensitivity, target, context)],
    pick: ({ data }) => ({ choices: { ...context.choices, [CHOICE]: String(data) } })
  };
}

/** Row of the target that the reader chose, else the first; null where there is none. */
export function chosenRow(sensitivity: GraphSensitivity | undefined, { choices }: IChartContext): number | null {
  if (sensitivity === undefined || sensitivity.targets.length === 0) {
    return null;
  }
  return Math.max(
    0,
    sensitivity.targets.findIndex((target) => String(target) === choices[CHOICE])
  );
}

function shareWords(below: number | null, { trans }: IChartContext): string {
  return below === null
    ? trans.__('nothing of it reaches there')
    : trans.__('%1 of the greatest', brief(sensitivityShare(below)));
}

function targetChoice(
  { data: { nodes } }: GraphRewiringPayload,
  { targets }: GraphSensitivity,
  target: number,
  { trans }: IChartContext
): IChoice {
  return {
    name: CHOICE,
    label: trans.__('Output at'),
    options: targets.map((node) => ({ value: String(node), text: nodes[node].label })),
    selected: String(target)
  };
}

function summary({ data }: GraphRewiringPayload, row: number, { trans }: IChartContext): string {
  const { targets, decadesBelow } = data.sensitivity!;
  const reached = decadesBelow[row].filter((value) => value !== null).length;
  const near = decadesBelow[row].filter((value) => value !== null && value <= 1).length;
  return trans.__(
    'The output at %1 hangs on %2 of %3 nodes, on %4 of them by at least a tenth of the greatest.',
    data.nodes[targets[row]].label,
    reached,
    data.nodes.length,
    near
  );
}
