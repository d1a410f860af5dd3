/** @file Which part of each group pruning keeps. */
import type { MaskGroup, MasksPayload } from '@switchyard/kernel-lib/protocol';
import type { Data } from 'plotly.js';
import { amountColours, seriesColour } from '../amounts';
import { groupLabels } from './groupLabels';
import type { IChartContext, IFigure } from '../figure';
import { isNarrow } from '../fitting';
import { layerAxis, layerMark, rowsHeight } from '../layers';
import { omittedSentence } from '../legend';
import { baseLayout } from '../load';
import { brief, percent, plainText } from '../text';
import { cell, tableOf } from '../../base/table';

/** Characters of a group's path in a narrow figure. */
const SHORT = 18;

/** A bar for each group: kept in colour, the rest of the track pruned. */
export function masksKept(payload: MasksPayload, context: IChartContext): IFigure | null {
  const { groups, mode, omitted } = payload.data;
  if (groups.length === 0) {
    return null;
  }
  const { theme, trans } = context;
  const labels = groupLabels(payload.data);
  const kept = groups.map((group) => group.kept);
  const least = kept.indexOf(Math.min(...kept));
  const how = mode === 'mask' ? trans.__('entries are zero, shapes stay') : trans.__('the network is really smaller');
  return {
    data: bars(groups, context),
    layout: {
      ...baseLayout(theme, 50 + rowsHeight(groups.length, 22, 400)),
      margin: { l: 46, r: 20, t: 8, b: 34 },
      barmode: 'overlay',
      bargap: 0.25,
      shapes: layerMark(context, groups.length),
      xaxis: {
        range: [0, 1],
        dtick: isNarrow(context) ? 0.5 : 0.25,
        fixedrange: true,
        tickformat: '.0%',
        gridcolor: theme.grid,
        zeroline: false
      },
      yaxis: layerAxis(isNarrow(context) ? groupLabels(payload.data, SHORT) : labels, '')
    },
    summary:
      trans.__(
        'What pruning keeps of %1 groups (%2). Least is kept of %3: %4.',
        groups.length,
        how,
        groups[least].path,
        percent(kept[least])
      ) + omittedSentence(omitted, trans),
    table: tableOf([trans.__('group'), trans.__('kept or pruned as one'), trans.__('shape'), trans.__('kept')], () =>
      groups.map(({ path, granularity, shape, kept }) => [
        ...[path, granularity, shape.join(' × '), cell(kept, percent)]
      ])
    ),
    pick: ({ y }) => ({ layer: Number(y) })
  };
}

function bars(groups: readonly MaskGroup[], { theme, trans }: IChartContext): Data[] {
  const words = ({ path, granularity, shape, kept }: MaskGroup): string =>
    trans.__('%1: %2 of %3 kept, by %4', path, percent(kept), shape.map(brief).join(' × '), granularity);
  const bar = (x: number[], color: string): Data =>
    ({
      type: 'bar',
      orientation: 'h',
      x,
      y: groups.map((_, i) => i),
      marker: { color },
      hoverinfo: 'text',
      text: groups.map((group) => plainText(words(group))),
      textposition: 'none'
    }) as unknown as Data;
  return [
    bar(
      groups.map(() => 1),
      amountColours(3, theme.colours)[0]
    ),
    bar(
      groups.map(({ kept }) => kept),
      seriesColour(0, theme.colours)
    )
  ];
}
