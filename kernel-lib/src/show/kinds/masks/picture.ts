import type { Cost, MasksData } from '../../../protocol';
import type { Drawing } from '../../drawing';
import { percent, printable, significant } from '../../format';
import { amountColours, colourOf } from '../../pictures/colours';
import { legend } from '../../pictures/legend';
import { LEFT, rowScale, rowsHeight } from '../../pictures/rows';
import { STYLE, WIDTH } from '../../pictures/sizes';

const MOST_GROUPS = 32;

/** Bars of the share kept of each group and of what is left of each cost. */
export function masksPicture(data: MasksData, tools: Drawing): (Element | null)[][] {
  const groups = data.groups.slice(0, MOST_GROUPS);
  const more = data.groups.length - groups.length + (data.omitted ?? 0);
  const title = `kept of each group${more > 0 ? ` (${more} more are not drawn)` : ''}`;
  const kept = groups.map((group) => ({ name: group.path, part: group.kept, words: percent(group.kept) }));
  const costs = costRows(data);
  return [
    ...(kept.length > 0 ? [[legend(title, [], tools)], [bars(kept, colourOf(0), tools)]] : []),
    ...(costs.length > 0 ? [[legend('after, over before', [], tools)], [bars(costs, colourOf(2), tools)]] : [])
  ];
}

interface Bar {
  name: string;
  /** Length, 1 for all. */
  part: number;
  words: string;
}

function costRows({ before, after, metric }: MasksData): Bar[] {
  const names: (keyof Cost)[] = ['parameters', 'flops', 'milliseconds', 'bytes'];
  const rows = names.map((name) => ({ name: name as string, from: before[name], to: after[name] }));
  const quality = metric === null ? [] : [{ name: metric.name, from: metric.before, to: metric.after }];
  return [...rows, ...quality].flatMap(({ name, from, to }) =>
    from === null || to === null || from <= 0
      ? []
      : [{ name, part: to / from, words: `${significant(from)} to ${significant(to)}` }]
  );
}

function bars(rows: readonly Bar[], fill: string, { Plot, document }: Drawing): Element {
  const most = Math.max(1, ...rows.map(({ part }) => part));
  const marks = rows.map(({ part, words }, row) => ({ row, part, words: printable(words) }));
  return Plot.plot({
    document,
    width: WIDTH,
    height: rowsHeight(rows.length) + 36,
    marginLeft: LEFT,
    marginRight: 130,
    marginTop: 4,
    marginBottom: 28,
    style: STYLE,
    x: { domain: [0, most], ticks: 5, tickFormat: '.0%', label: null },
    y: rowScale(rows.map(({ name }) => name)),
    marks: [
      Plot.barX(marks, { x1: 0, x2: 1, y: 'row', fill: amountColours(3)[0] }),
      Plot.barX(marks, { x1: 0, x2: 'part', y: 'row', fill }),
      Plot.text(marks, { x: most, y: 'row', text: 'words', textAnchor: 'start', dx: 8 })
    ]
  }) as unknown as Element;
}
