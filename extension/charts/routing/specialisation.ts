/** @file What each expert of a layer is for: its share in every domain, or class of tokens, against its mean share. */
import type { LayerRouting, Numeric, RoutingPayload } from '@switchyard/kernel-lib/protocol';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Data } from 'plotly.js';
import { choice } from '../choice';
import type { IChartContext, IChoice, IFigure } from '../figure';
import { barLength, barTitle, baseLayout, fixedMargin, expertAxis, loadColours, loadPositions } from '../load';
import { outline } from '../mark';
import { brief, expertNames, layerLabels, percent, plainText, shortened } from '../text';
import { wordsInstead } from '../wordsInstead';
import { cell, tableOf } from '../../base/table';

const TOP = 42;
const BOTTOM = 36;
const ROW = 24;

/** Rows are domains or token classes, columns experts; [G][E]. */
export function specialisation(payload: RoutingPayload, context: IChartContext): IFigure | null {
  const layer = payload.data.layers.at(context.layer);
  if (!layer) {
    return null;
  }
  const { theme, trans, expert } = context;
  const kinds = groupings(payload, layer, context);
  if (kinds.length === 0) {
    return wordsInstead(trans.__('This snapshot counts no domains and no classes of tokens by expert.'));
  }
  const [by, sorting] = choices(kinds, context);
  const { groups, shares } = kinds.find(({ value }) => value === by.selected) ?? kinds[0];
  const ratios = againstMean(shares);
  const order = expertOrder(ratios, layer.numExperts, sorting.selected === 'group');
  const names = expertNames(layer, trans);
  const height = Math.min(600, Math.max(60, ROW * groups.length));
  const longest = Math.max(...groups.map((group) => shortened(group, 16).length));
  const sides = { l: 14 + 6.5 * longest, r: 8 };
  const column = expert === null ? -1 : order.indexOf(expert);
  const axis = expertAxis(trans, names.length);
  return {
    layer: layerLabels(payload.data.layers)[context.layer],
    data: [trace(ratios, shares, order, names, groups, sides, context)],
    layout: {
      ...baseLayout(theme, TOP + height + BOTTOM),
      margin: fixedMargin({ t: TOP, b: BOTTOM, ...sides }),
      xaxis: {
        ...axis,
        automargin: true,
        range: [-0.5, names.length - 0.5],
        ...(sorting.selected === 'group'
          ? { title: { text: trans.__('experts, by where they lean'), standoff: 4 }, showticklabels: false }
          : {})
      },
      yaxis: {
        fixedrange: true,
        showgrid: false,
        zeroline: false,
        range: [groups.length - 0.5, -0.5],
        tickvals: groups.map((_, g) => g),
        ticktext: groups.map((group) => plainText(shortened(group, 16)))
      },
      shapes: column >= 0 ? [outline([column, column], [0, groups.length - 1], theme)] : []
    },
    summary: summary(ratios, names, groups, layerLabels(payload.data.layers)[context.layer], context),
    table: tableOf(
      [trans.__('expert'), ...groups.flatMap((group) => [group, trans.__('%1, times its mean', group)])],
      () =>
        names.map((name, e) => [
          name,
          ...groups.flatMap((_, g) => [cell(shares[g][e], percent), cell(ratios[g][e], brief)])
        ])
    ),
    choices: [by, sorting].filter(({ options }) => options.length > 1),
    pick: ({ index }) => {
      const chosen = order[(index as [number, number])[1]];
      return { expert: chosen === expert ? null : chosen };
    }
  };
}

interface IGrouping {
  value: string;
  text: string;
  groups: string[];
  /** Share of each group's assignments by expert; [G][E]. */
  shares: number[][];
}

/** Counts of the payload for this layer. */
function groupings({ data }: RoutingPayload, layer: LayerRouting, { trans }: IChartContext): IGrouping[] {
  return [
    { value: 'domain', text: trans.__('domain'), groups: data.domains, shares: layer.domainLoad },
    {
      value: 'class',
      text: trans.__('class of tokens'),
      groups: data.tokenClasses ?? [],
      shares: layer.classLoad ?? []
    }
  ].filter(({ groups, shares }) => groups.length > 0 && shares.length === groups.length);
}

function choices(kinds: readonly IGrouping[], context: IChartContext): [IChoice, IChoice] {
  const { trans } = context;
  const options = kinds.map(({ value, text }) => ({ value, text }));
  return [
    choice(context, 'specialisation.by', trans.__('By'), options),
    choice(context, 'specialisation.order', trans.__('Order'), [
      { value: 'number', text: trans.__('by number') },
      { value: 'group', text: trans.__('by where they lean') }
    ])
  ];
}

/**
 * Each share over the expert's mean share in all groups that got anything: 1 is no preference, the number of groups is
 * an expert for one group alone. Null for a group without tokens and an expert that got none.
 */
export function againstMean(shares: readonly (readonly number[])[]): Numeric[][] {
  const met = shares.filter((row) => row.some((share) => share > 0));
  const means = (shares.at(0) ?? []).map((_, e) => met.reduce((sum, row) => sum + row[e], 0) / met.length);
  return shares.map((row) => row.map((share, e) => (met.includes(row) && means[e] > 0 ? share / means[e] : null)));
}

/** By number, or by the group that each leans to, the strongest of a group first; experts without tokens last. */
function expertOrder(ratios: readonly (readonly Numeric[])[], numExperts: number, byGroup: boolean): number[] {
  const numbers = Array.from({ length: numExperts }, (_, e) => e);
  if (!byGroup) {
    return numbers;
  }
  const leaning = numbers.map((e) => {
    const column = ratios.map((row) => row[e] ?? -1);
    const most = Math.max(...column);
    return { most, group: most < 0 ? ratios.length : column.indexOf(most) };
  });
  return numbers.sort((a, b) => leaning[a].group - leaning[b].group || leaning[b].most - leaning[a].most || a - b);
}

/** Meaning of the colours, in more words and in fewer. */
function titles(groups: readonly string[], trans: TranslationBundle): string[] {
  return [
    trans.__('share of an expert, times its mean share; at most %1', `${groups.length}×`),
    trans.__('times its mean share; at most %1', `${groups.length}×`),
    trans.__('times its mean share')
  ];
}

function trace(
  ratios: Numeric[][],
  shares: readonly number[][],
  order: readonly number[],
  names: readonly string[],
  groups: readonly string[],
  sides: { l: number; r: number },
  context: IChartContext
): Data {
  const { theme, trans } = context;
  const hover = trans.__(
    '%1: %2 of its assignments, %3 × the expert’s mean',
    '%{text}',
    '%{customdata[0]:.1%}',
    '%{customdata[1]:.2f}'
  );
  const text = (e: number, g: number): string => plainText(trans.__('%1 in %2', names[e], groups[g]));
  return {
    type: 'heatmap',
    z: loadPositions(ratios).map((row) => order.map((e) => row[e])),
    xgap: names.length > 32 ? 0 : 1,
    ygap: 1,
    text: groups.map((_, g) => order.map((e) => text(e, g))),
    customdata: shares.map((row, g) => order.map((e) => [row[e], ratios[g][e]])),
    hoverongaps: false,
    hovertemplate: `${plainText(hover)}<extra></extra>`,
    ...loadColours(theme, {
      fair: trans.__('its mean'),
      title: barTitle(titles(groups, trans), context, sides),
      length: barLength(context, sides),
      bound: { at: groups.length, text: trans.__('bound') }
    })
  } as unknown as Data;
}

function summary(
  ratios: readonly (readonly Numeric[])[],
  names: readonly string[],
  groups: readonly string[],
  label: string,
  { trans, expert }: IChartContext
): string {
  const cells = ratios
    .flatMap((row, g) => row.map((ratio, e) => ({ g, e, ratio: ratio ?? -1 })))
    .filter(({ e, ratio }) => ratio >= 0 && (expert === null || e === expert))
    .sort((a, b) => b.ratio - a.ratio);
  const what = trans.__('What the experts of layer %1 are sent of %2.', label, groups.join(', '));
  if (cells.length === 0) {
    return `${what} ${trans.__('They were sent nothing.')}`;
  }
  const { g, e, ratio } = cells[0];
  const most = trans.__('%1 leans to %2: %3 times its mean share.', names[e], groups[g], ratio.toFixed(2));
  return `${what} ${expert === null ? trans.__('The most special:') : trans.__('Chosen:')} ${most}`;
}
