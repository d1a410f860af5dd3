import { element } from '../markup';
import type { Markup } from '../markup';
import { framed } from './framed';
import type { RoutingSample } from './routingSample';
import { valueColour } from './valueColour';

const WIDTH = 480;
/** Room for the names of the rows. */
const LEFT = 64;
const LOAD_HEIGHT = 48;
const ROW = 12;
const GAP = 24;
/** Experts, and coloured cells, that are drawn at most. */
const MOST_EXPERTS = 256;
const MOST_CELLS = 1024;
const INK = '#555555';
const GRID = '#dddddd';

/** Load of each expert as bars; below, a row for each of the first tokens, coloured where an expert works on it. */
export function routingPicture(sample: RoutingSample, { title, summary }: { title: string; summary: string }): string {
  const experts = Math.min(sample.load.length, MOST_EXPERTS);
  const rows = drawnRows(sample.weights, experts);
  const cell = Math.min(24, (WIDTH - LEFT) / experts);
  const cut = experts < sample.load.length ? [`drawn: the first ${experts} experts`] : [];
  const marks = [...loadBars(sample.load.slice(0, experts), cell), ...choiceCells(rows, cell)];
  const height = LOAD_HEIGHT + GAP + rows.length * ROW;
  return framed({ title, lines: [summary, ...cut], width: WIDTH, height, marks });
}

/** The first tokens, as many as there is room for: dense routings colour every cell of a row. */
function drawnRows(weights: readonly number[][], experts: number): number[][] {
  const rows: number[][] = [];
  let cells = 0;
  for (const row of weights.map((all) => all.slice(0, experts))) {
    cells += row.filter((weight) => weight !== 0).length;
    if (cells > MOST_CELLS && rows.length > 0) {
      break;
    }
    rows.push(row);
  }
  return rows;
}

function loadBars(load: readonly number[], cell: number): Markup[] {
  const most = Math.max(...load.filter(Number.isFinite), 0) || 1;
  const bars = load.flatMap((count, expert) => {
    const height = round((count / most) * LOAD_HEIGHT);
    const place = { x: round(LEFT + expert * cell), y: round(LOAD_HEIGHT - height) };
    return height > 0 ? [element('rect', { ...place, width: round(cell * 0.9), height, fill: '#5e3c99' })] : [];
  });
  const ends = load.length > 1 ? [0, load.length - 1] : [0];
  const names = ends.map((expert) => label(String(expert), LEFT + (expert + 0.5) * cell, LOAD_HEIGHT + 13, 'middle'));
  return [
    label('load', LEFT - 8, LOAD_HEIGHT - 4, 'end'),
    label('expert', LEFT - 8, LOAD_HEIGHT + 13, 'end'),
    ...bars,
    ...names
  ];
}

function choiceCells(rows: readonly number[][], cell: number): Markup[] {
  const most = Math.max(...rows.flat().filter(Number.isFinite), 0);
  const least = Math.min(...rows.flat().filter(Number.isFinite), 0);
  const top = LOAD_HEIGHT + GAP;
  const cells = rows.flatMap((row, token) =>
    row.flatMap((weight, expert) => {
      const size = { width: round(cell * 0.9), height: ROW - 1 };
      const { fill } = valueColour(weight, { min: least, max: most });
      const place = { x: round(LEFT + expert * cell), y: top + token * ROW };
      return weight === 0 ? [] : [element('rect', { ...place, ...size, fill })];
    })
  );
  const right = round(LEFT + (rows[0]?.length ?? 0) * cell);
  const lines = rows.map((_, token) => {
    const y = top + (token + 1) * ROW - 0.5;
    return element('line', { x1: LEFT, x2: right, y1: y, y2: y, stroke: GRID });
  });
  const names = rows.flatMap((_, token) =>
    token % 8 === 0 ? [label(`token ${token}`, LEFT - 8, top + token * ROW + 9, 'end')] : []
  );
  return [...lines, ...cells, ...names];
}

function label(text: string, x: number, y: number, anchor: 'middle' | 'end'): Markup {
  return element('text', { x: round(x), y, 'text-anchor': anchor, 'font-size': 11, fill: INK }, text);
}

function round(value: number): number {
  return Number(value.toFixed(2));
}
