import type { PruningGroupsData, SharedAxis } from '../../../protocol';
import type { Drawing } from '../../drawing';
import { printable } from '../../format';
import { colourOf } from '../../pictures/colours';
import { cutFront } from '../../pictures/cutFront';
import { legend } from '../../pictures/legend';
import { STYLE, WIDTH } from '../../pictures/sizes';
import type { Picture } from '../shownKind';

const ROW = 16;
const MOST_ROWS = 96;
const LEFT = 250;
const LETTERS = 40;
const PINNED = '#999999';

/** A row for each module, a line for each group through the modules that carry it; grey where it is pinned. */
export function pruningGroupsPicture(data: PruningGroupsData, tools: Drawing): Picture {
  const { modules, groups, omitted = 0 } = data;
  if (groups.length === 0) {
    return [];
  }
  const { Plot, document } = tools;
  const shown = modules.slice(0, MOST_ROWS);
  const kinds = [...new Set(groups.filter(({ pinned }) => pinned === null).map(({ axis }) => axis))];
  const colour = ({ axis, pinned }: SharedAxis): string => (pinned === null ? colourOf(kinds.indexOf(axis)) : PINNED);
  const drawn = groups.flatMap((group) => {
    const rows = group.members.map(({ module }) => module).filter((row) => row < shown.length);
    return rows.length === 0 ? [] : [{ x: group.column, rows, fill: colour(group), words: sizeWords(group) }];
  });
  const dots = drawn.flatMap(({ x, rows, fill }) => rows.map((row) => ({ x, row, fill })));
  const lines = drawn.map(({ x, rows, fill }) => ({ x, from: rows[0], to: rows.at(-1), fill }));
  const columns = 1 + Math.max(...groups.map(({ column }) => column));
  const left = modules.length - shown.length;
  const entries = [
    ...kinds.map((name, i) => ({ name, colour: colourOf(i) })),
    ...(groups.some(({ pinned }) => pinned !== null) ? [{ name: 'pinned', colour: PINNED }] : [])
  ];
  const title = `axes that modules share${left > 0 ? ` (${left} modules are not drawn)` : ''}${omitted > 0 ? ` (${omitted} groups did not fit)` : ''}`; // prettier-ignore
  const plot = Plot.plot({
    document,
    width: WIDTH,
    height: ROW * shown.length + 34,
    marginLeft: LEFT,
    marginRight: 16,
    marginTop: 26,
    marginBottom: 8,
    style: STYLE,
    x: { domain: [-0.5, Math.max(5, columns) - 0.5], axis: null },
    y: {
      domain: [shown.length - 0.5, -0.5],
      ticks: shown.map((_, i) => i),
      tickFormat: (i: number) => cutFront(rowName(shown[i]), LETTERS),
      tickSize: 0,
      label: null,
      grid: true
    },
    marks: [
      Plot.ruleX(lines, { x: 'x', y1: 'from', y2: 'to', stroke: 'fill', strokeWidth: 2 }),
      Plot.dot(dots, { x: 'x', y: 'row', r: 4, fill: 'fill' }),
      columns <= MOST_SIZES
        ? Plot.text(drawn, {
            x: 'x',
            y: (each: { rows: number[] }) => each.rows[0],
            text: 'words',
            dy: -9,
            fontSize: 9
          })
        : null
    ]
  }) as unknown as Element;
  return [[legend(title, entries, tools)], [plot]];
}

/** More columns leave no room for sizes above the lines. */
const MOST_SIZES = 16;

function sizeWords({ size }: SharedAxis): string {
  return String(size);
}

function rowName({ path, repeats }: PruningGroupsData['modules'][number]): string {
  return printable(repeats > 1 ? `${path} (${repeats} times)` : path);
}
