/** @file Modules and the axes that they share: who drags whom along. */
import type { PruningGroupsPayload, SharedAxis } from '@switchyard/kernel-lib/protocol';
import { toldApart } from '@switchyard/kernel-lib/protocol';
import type { Annotations, Data } from 'plotly.js';
import { seriesColour } from '../amounts';
import { choice } from '../choice';
import type { IChartContext, IChoice, IFigure } from '../figure';
import { figureWidth, isNarrow, textWidth } from '../fitting';
import { labelMargin } from '../labelMargin';
import { layerAxis } from '../layers';
import { omittedSentence } from '../legend';
import { baseLayout, fixedMargin } from '../load';
import { brief, plainText } from '../text';
import { cell, tableOf } from '../../base/table';

/** Height of a row, and of all together at most; pixels. */
const ROW = 17;
const MOST = 640;
const MARGIN = { r: 12, t: 16, b: 12 };
/** Above the first module, and around a kind's name; pixels. */
const ABOVE = 8;
const MARK = 24;
/** Characters of a module's path. */
const LENGTH = 28;
const SHORT = 16;
const CHOICE = 'pruning-groups.group';

/** A row a module, a line a group through the modules that carry it; grey and dotted where it cannot be pruned. */
export function pruningGroups(payload: PruningGroupsPayload, context: IChartContext): IFigure | null {
  const { modules, groups } = payload.data;
  if (groups.length === 0) {
    return null;
  }
  const { theme } = context;
  const marked = groupChoice(groups, context);
  const columns = 1 + Math.max(...groups.map(({ column }) => column));
  const rows = labels(payload, context);
  const left = labelMargin(rows);
  const names = kindNames(groups, left, context);
  const top = MARGIN.t + ROW * names.rows;
  return {
    data: groups.map((_, i) => line(payload, i, marked.selected, context)),
    layout: {
      ...baseLayout(theme, top + MARGIN.b + Math.min(MOST, ROW * Math.max(3, modules.length))),
      margin: fixedMargin({ ...MARGIN, t: top, l: left }),
      annotations: names.notes,
      hovermode: 'closest',
      xaxis: { visible: false, fixedrange: true, range: [-0.5, Math.max(4, columns) - 0.5] },
      yaxis: { ...layerAxis(rows, ''), automargin: false, showgrid: true, gridcolor: theme.grid }
    },
    summary: summary(payload, marked.selected, context),
    table: table(payload, context),
    choices: [marked]
  };
}

function labels({ data }: PruningGroupsPayload, context: IChartContext): string[] {
  const paths = toldApart(
    data.modules.map(({ path }) => path),
    isNarrow(context) ? SHORT : LENGTH
  );
  return data.modules.map(({ repeats }, i) => (repeats > 1 ? `${paths[i]} × ${repeats}` : paths[i]));
}

/** Kinds of the groups that can be pruned: each has a colour. */
function kindsOf(groups: readonly SharedAxis[]): string[] {
  return [...new Set(groups.filter(({ pinned }) => pinned === null).map(({ axis }) => axis))];
}

function groupChoice(groups: readonly SharedAxis[], context: IChartContext): IChoice {
  const { trans } = context;
  const names = toldApart(
    groups.map(({ name }) => name),
    LENGTH
  );
  const options = names.map((text, i) => ({ value: String(i), text }));
  return choice(context, CHOICE, trans.__('Marked group'), [{ value: 'none', text: trans.__('none') }, ...options]);
}

function colourOf({ axis, pinned }: SharedAxis, kinds: readonly string[], { theme }: IChartContext): string {
  return pinned === null ? seriesColour(kinds.indexOf(axis), theme.colours) : theme.mutedText;
}

/** Kinds in their colours, above the picture and beside it too: a legend of the figure's own would have the plot's width alone. */
function kindNames(groups: readonly SharedAxis[], left: number, context: IChartContext) {
  const { theme, trans } = context;
  const kinds = kindsOf(groups);
  const pinned = groups.some((group) => group.pinned !== null);
  const entries = [
    ...kinds.map((name, i) => ({ name, colour: seriesColour(i, theme.colours) })),
    ...(pinned ? [{ name: trans.__('cannot be pruned (dotted)'), colour: theme.mutedText }] : [])
  ];
  let [x, row] = [0, 0];
  const placed = entries.map(({ name, colour }) => {
    const width = MARK + textWidth(name);
    if (x > 0 && x + width > figureWidth(context)) {
      [x, row] = [0, row + 1];
    }
    const at = { x, row };
    x += width;
    return { ...at, text: `<span style="color:${colour}">●</span> ${plainText(name)}` };
  });
  const notes = placed.map(({ text, ...at }): Partial<Annotations> => ({
    ...{ text, xref: 'paper', yref: 'paper', x: 0, y: 1, xanchor: 'left', yanchor: 'bottom', showarrow: false },
    ...{ xshift: at.x - left, yshift: ABOVE + ROW * (row - at.row), font: { size: 11, color: theme.text } }
  }));
  return { notes, rows: row + 1 };
}

function line({ data }: PruningGroupsPayload, index: number, marked: string, context: IChartContext): Data {
  const { trans } = context;
  const group = data.groups[index];
  const color = colourOf(group, kindsOf(data.groups), context);
  const faint = marked !== 'none' && marked !== String(index);
  const words = ({ module, parameters }: SharedAxis['members'][number]): string =>
    `${trans.__('%1: %2 positions, %3 values go with one', group.name, group.size, brief(group.values))} · ${data.modules[module].path}: ${parameters}`; // prettier-ignore
  return {
    type: 'scatter',
    mode: 'lines+markers',
    x: group.members.map(() => group.column),
    y: group.members.map(({ module }) => module),
    line: { color, width: marked === String(index) ? 4 : 2, dash: group.pinned === null ? 'solid' : 'dot' },
    marker: { color, size: marked === String(index) ? 11 : 8 },
    opacity: faint ? 0.25 : 1,
    showlegend: false,
    hoverinfo: 'text',
    text: group.members.map((member) => plainText(words(member)))
  } as unknown as Data;
}

function summary({ data }: PruningGroupsPayload, marked: string, { trans }: IChartContext): string {
  const { groups, modules, omitted } = data;
  const group = groups.at(marked === 'none' ? groups.length : Number(marked));
  if (group !== undefined) {
    const why = group.pinned === null ? '' : ` ${trans.__('It cannot be pruned: %1.', group.pinned)}`;
    return (
      trans.__(
        'A position of %1 takes %2 values with it, in %3.',
        ...[group.name, brief(group.values), group.members.map(({ module }) => modules[module].path).join(', ')]
      ) + why
    );
  }
  const count = (repeats: readonly { repeats: number }[]): number => repeats.reduce((sum, each) => sum + each.repeats, 0); // prettier-ignore
  return (
    trans.__(
      '%1 groups over %2 modules; %3 groups cannot be pruned.',
      ...[count(groups), count(modules), count(groups.filter(({ pinned }) => pinned !== null))]
    ) + omittedSentence(omitted, trans)
  );
}

function table({ data }: PruningGroupsPayload, { trans }: IChartContext): IFigure['table'] {
  const columns = [
    ...[trans.__('group'), trans.__('times'), trans.__('positions'), trans.__('values that go with one')],
    ...[trans.__('carried by'), trans.__('why it cannot be pruned')]
  ];
  return tableOf(columns, () =>
    data.groups.map(({ name, repeats, size, values, members, pinned }) => [
      ...[name, cell(repeats, String), cell(size, String), cell(values, String)],
      ...[members.map(({ module, parameters }) => `${data.modules[module].path}: ${parameters}`).join('; '), pinned ?? ''] // prettier-ignore
    ])
  );
}
