/** @file Which experts of a layer are alike, as a tree, and which were merged. */
import type { ExpertTree, MergeTreePayload, TreeJoin } from '@switchyard/kernel-lib/protocol';
import { treeLayout } from '@switchyard/kernel-lib/protocol';
import type { Data } from 'plotly.js';
import { seriesColour } from '../amounts';
import type { IChartContext, IFigure } from '../figure';
import { figureWidth, fitting } from '../fitting';
import { layerAxis, rowsHeight } from '../layers';
import { omittedSentence } from '../legend';
import { baseLayout } from '../load';
import { brief, expertName, layerLabels, plainText } from '../text';
import { cell, tableOf } from '../../base/table';

/** The experts' axis, about; pixels. */
const NAMES = 84;

/** Leaves are rows, distance goes to the right; a join within one merged group has the group's colour. */
export function mergeTree(payload: MergeTreePayload, context: IChartContext): IFigure | null {
  const { layers, metric, omitted } = payload.data;
  const tree = layers.at(context.layer);
  if (tree === undefined) {
    return null;
  }
  const { theme, trans } = context;
  const { order, joins } = treeLayout(tree);
  const names = tree.experts.map((label) => expertName(label, trans));
  return {
    data: [...branches(tree, joins, context), joinMarks(joins, names, context), leaves(tree, order, names, context)],
    layout: {
      ...baseLayout(theme, 60 + rowsHeight(tree.experts.length, 16, 560)),
      margin: { l: 46, r: 12, t: 8, b: 40 },
      hovermode: 'closest',
      xaxis: {
        title: { text: plainText(fitting([metric, trans.__('distance')], figureWidth(context) - NAMES)), standoff: 4 },
        rangemode: 'tozero',
        fixedrange: true,
        gridcolor: theme.grid,
        zeroline: false,
        nticks: 7
      },
      yaxis: {
        ...layerAxis(
          order.map((expert) => names[expert]),
          ''
        ),
        ticklen: 8
      }
    },
    summary: summary(tree, layerLabels(payload.data.layers)[context.layer], context) + omittedSentence(omitted, trans),
    table: tableOf([trans.__('join'), trans.__('of'), trans.__('and'), trans.__('distance'), trans.__('experts')], () =>
      joins.map(({ left, right, distance, members }, i) => [
        String(i + 1),
        ...[membersText(left, names), membersText(right, names), cell(distance, brief), String(members.length)]
      ])
    )
  };
}

/** The joins of each colour as one line, broken between joins. */
function branches(tree: ExpertTree, joins: readonly TreeJoin[], { theme }: IChartContext): Data[] {
  const byColour = new Map<string, TreeJoin[]>();
  for (const join of joins) {
    const groups = new Set(join.members.map((expert) => tree.groups.at(expert)));
    const [group] = groups;
    const colour = groups.size === 1 && group !== undefined ? seriesColour(group, theme.colours) : theme.mutedText;
    byColour.set(colour, [...(byColour.get(colour) ?? []), join]);
  }
  return [...byColour].map(([color, own]) => ({
    type: 'scatter',
    mode: 'lines',
    x: own.flatMap(({ from: [a, b], distance }) => [a, distance, distance, b, null]),
    y: own.flatMap(({ rows: [a, b] }) => [a, a, b, b, null]),
    line: { color, width: 1.5 },
    hoverinfo: 'skip'
  }));
}

function joinMarks(joins: readonly TreeJoin[], names: readonly string[], { theme, trans }: IChartContext): Data {
  const words = ({ left, right, distance }: TreeJoin): string =>
    trans.__('%1 with %2 at %3', membersText(left, names), membersText(right, names), brief(distance));
  return {
    type: 'scatter',
    mode: 'markers',
    x: joins.map(({ distance }) => distance),
    y: joins.map(({ rows: [a, b] }) => (a + b) / 2),
    marker: { size: 5, color: theme.text },
    hoverinfo: 'text',
    text: joins.map((join) => plainText(words(join)))
  } as Data;
}

function leaves(
  { groups }: ExpertTree,
  order: readonly number[],
  names: readonly string[],
  { theme, trans }: IChartContext
): Data {
  const group = (expert: number): number | undefined => groups.at(expert);
  return {
    type: 'scatter',
    mode: 'markers',
    x: order.map(() => 0),
    y: order.map((_, row) => row),
    marker: {
      symbol: 'square',
      size: 9,
      color: order.map((expert) => {
        const own = group(expert);
        return own === undefined ? theme.mutedText : seriesColour(own, theme.colours);
      })
    },
    cliponaxis: false,
    hoverinfo: 'text',
    text: order.map((expert) => {
      const own = group(expert);
      return plainText(own === undefined ? names[expert] : trans.__('%1, in group %2', names[expert], own));
    })
  } as unknown as Data;
}

/** Names of a few experts; a number where there are more. */
function membersText(members: readonly number[], names: readonly string[]): string {
  const shown = members.slice(0, 4).map((expert) => names[expert]);
  return members.length > 4 ? `${shown.join(', ')} … (${members.length})` : shown.join(', ');
}

function summary(tree: ExpertTree, label: string, { trans }: IChartContext): string {
  const { experts, merges, groups } = tree;
  const merged =
    groups.length > 0 ? trans.__(', merged into %1 groups', new Set(groups).size) : trans.__(', none merged');
  const distances = merges.map(({ distance }) => distance);
  const joined =
    merges.length > 0
      ? ` ${trans.__(
          '%1 joins at distances from %2 to %3.',
          merges.length,
          brief(Math.min(...distances)),
          brief(Math.max(...distances))
        )}`
      : '';
  return trans.__('Layer %1 has %2 experts%3.', label, experts.length, merged) + joined;
}
