import { toldApart } from '../../../protocol';
import type { Cost, MaskGroup, MasksData } from '../../../protocol';
import type { Drawing } from '../../drawing';
import { percent, printable, significant } from '../../format';
import { amountColours, colourOf, shareColour } from '../../pictures/colours';
import { legend } from '../../pictures/legend';
import { LEFT, rowScale, rowsHeight } from '../../pictures/rows';
import { STYLE, WIDTH } from '../../pictures/sizes';
import { partsOf } from './parts';

const MOST_GROUPS = 32;
/** Characters of a path. */
const LETTERS = 18;
/** Kinds of parts that are drawn, and cells of one of them in a row. */
const MOST_KINDS = 3;
const MOST_PARTS = 48;

/** Bars of the share kept of each group, cells of it by heads, experts or what goes as one, and bars of what is left of each cost. */
export function masksPicture(data: MasksData, tools: Drawing): (Element | null)[][] {
  const groups = data.groups.slice(0, MOST_GROUPS);
  const more = data.groups.length - groups.length + (data.omitted ?? 0);
  const title = `kept of each group${more > 0 ? ` (${more} more are not drawn)` : ''}`;
  const names = toldApart(groups.map(({ path }) => path), LETTERS); // prettier-ignore
  const kept = groups.map((group, i) => ({ name: names[i], part: group.kept, words: percent(group.kept) }));
  const costs = costRows(data);
  return [
    ...(kept.length > 0 ? [[legend(title, [], tools)], [bars(kept, colourOf(0), tools)]] : []),
    ...kindsOfParts(groups).flatMap((of) => [[partsLegend(of, tools)], [byPart(of, groups, tools)]]),
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

/** Kinds of parts, "heads" or "hidden", those that most groups have first. */
function kindsOfParts(groups: readonly MaskGroup[]): string[] {
  const kinds = groups.flatMap(({ parts }) => (parts === undefined ? [] : [parts.of]));
  const count = (of: string): number => kinds.filter((each) => each === of).length;
  return [...new Set(kinds)].sort((a, b) => count(b) - count(a)).slice(0, MOST_KINDS);
}

function partsLegend(of: string, tools: Drawing): Element {
  const ends = [0, 0.1, 0.5, 1].map((part) => ({ name: percent(part), colour: shareColour(part) }));
  return legend(`kept by ${of}`, ends, tools);
}

/** A row of cells for each group that has these parts; of very many, blocks of neighbours. */
function byPart(of: string, groups: readonly MaskGroup[], { Plot, document }: Drawing): Element {
  const own = groups.filter(({ parts }) => parts?.of === of);
  const rows = own.map(({ parts }) => partsOf(parts!, MOST_PARTS));
  const names = toldApart(own.map(({ path }) => path), LETTERS); // prettier-ignore
  const cells = rows.flatMap(({ kept }, row) =>
    kept.map((part, i) => ({ row, from: i, to: i + 1, fill: shareColour(part) }))
  );
  return Plot.plot({
    document,
    width: WIDTH,
    height: rowsHeight(rows.length) + 12,
    marginLeft: LEFT,
    marginRight: 130,
    marginTop: 4,
    marginBottom: 8,
    style: STYLE,
    x: { axis: null },
    y: rowScale(names),
    marks: [Plot.barX(cells, { x1: 'from', x2: 'to', y: 'row', fill: 'fill', insetLeft: 0.5, insetRight: 0.5 })]
  }) as unknown as Element;
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
