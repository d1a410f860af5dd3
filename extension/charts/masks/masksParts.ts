/** @file What pruning keeps of each group, part by part: a row a layer, a column a head, an expert or a neuron. */
import type { MaskGroup, MasksPayload } from '@switchyard/kernel-lib/protocol';
import type { Data } from 'plotly.js';
import { choice } from '../choice';
import type { IChartContext, IFigure } from '../figure';
import { isNarrow } from '../fitting';
import { labelMargin } from '../labelMargin';
import { layerAxis, rowsHeight } from '../layers';
import { barLength, barTitle, baseLayout, fixedMargin, shareColours, sharePositions } from '../load';
import { percent, plainText } from '../text';
import { cell, tableOf } from '../../base/table';
import { groupLabels } from './groupLabels';

/** Around the rows: above them stands the bar of colours. */
const MARGIN = { r: 8, t: 42, b: 40 };
/** Characters of a group's path. */
const LENGTH = 22;
const SHORT = 14;

type Parted = MaskGroup & { parts: NonNullable<MaskGroup['parts']> };

/** A heatmap of the groups that have parts of one kind, which the reader chooses; null where none has any. */
export function masksParts(payload: MasksPayload, context: IChartContext): IFigure | null {
  const { theme, trans } = context;
  const all = payload.data.groups.filter((group): group is Parted => group.parts !== undefined);
  const kinds = [...new Set(all.map(({ parts }) => parts.of))];
  if (kinds.length === 0) {
    return null;
  }
  const by = choice(
    context,
    'masks-parts.of',
    trans.__('By'),
    kinds.map((of) => ({ value: of, text: of }))
  );
  const groups = all.filter(({ parts }) => parts.of === by.selected);
  const labels = groupLabels({ groups }, isNarrow(context) ? SHORT : LENGTH);
  const margin = { ...MARGIN, l: labelMargin(labels) };
  const columns = Math.max(...groups.map(({ parts }) => parts.kept.length));
  const whole = groups.reduce((sum, { parts }) => sum + parts.kept.filter((share) => share === 0).length, 0);
  const title = barTitle([trans.__('share kept of each part'), trans.__('kept')], context, margin);
  return {
    data: [
      {
        ...heatmap(groups, labels, context),
        ...shareColours(theme, { title, length: barLength(context, margin) })
      } as unknown as Data
    ],
    layout: {
      ...baseLayout(theme, MARGIN.t + MARGIN.b + rowsHeight(groups.length, 20, 320)),
      margin: fixedMargin(margin),
      xaxis: { title: { text: plainText(by.selected), standoff: 4 }, ticks: '', fixedrange: true, showgrid: false, zeroline: false, nticks: 9, tickformat: 'd' }, // prettier-ignore
      yaxis: { ...layerAxis(labels, ''), automargin: false }
    },
    summary: trans.__('Kept of %1 groups, by %2; of %3 of these nothing is kept.', groups.length, by.selected, whole),
    table: tableOf([trans.__('group'), ...Array.from({ length: columns }, (_, i) => String(i))], () =>
      groups.map(({ path, parts }) => [
        path,
        ...Array.from({ length: columns }, (_, i) => (i < parts.kept.length ? cell(parts.kept[i], percent) : ''))
      ])
    ),
    choices: kinds.length > 1 ? [by] : [],
    pick: ({ index }) => ({ layer: payload.data.groups.indexOf(groups[(index as number[])[0]]) })
  };
}

function heatmap(groups: readonly Parted[], labels: readonly string[], { trans }: IChartContext): object {
  const columns = Math.max(...groups.map(({ parts }) => parts.kept.length));
  return {
    type: 'heatmap',
    z: sharePositions(groups.map(({ parts }) => Array.from({ length: columns }, (_, i) => parts.kept[i] ?? null))),
    y: groups.map((_, i) => i),
    xgap: columns > 64 ? 0 : 1,
    ygap: 1,
    hoverongaps: false,
    hoverinfo: 'text',
    text: groups.map(({ parts }, row) =>
      parts.kept.map((share, i) =>
        plainText(trans.__('%1, %2 %3: %4 kept', labels[row], parts.of, numbers(parts, i), percent(share)))
      )
    )
  };
}

/** The parts behind a cell: "3", or "12–15" of a block. */
function numbers({ kept, count }: Parted['parts'], index: number): string {
  const [first, last] = [index, index + 1].map((i) => Math.round((i * count) / kept.length));
  return last - first <= 1 ? String(first) : `${first}–${last - 1}`;
}
