/** @file Paints the part of a strip that is in view: lines of text, a row of coloured cells for each layer. */
import type { IStripLayout, IStripSizes } from '../charts/routing/stripLayout';
import type { IStripRow, ITokenStrip } from '../charts/routing/tokenStrip';
import { expertColour } from '../base/colours';
import type { ITheme } from '../base/theme';
import type { IStripMarks } from './tokenBody';
import { dimmedTokens, hitTokens } from './tokenBody';

type Pen = CanvasRenderingContext2D;

const TEXT = 12;
const NUMBER = 9;
/** Room round a token's text, and the least room for an expert's number. */
const PADDING = 6;
const LEAST = 18;
/** Where two numbers stand side by side. */
const LEAST_COMPARED = 30;
const OVERVIEW_CELL = 5;
const DIMMED = 0.22;

/** Width of each token and the sizes of a strip, as the font has them. */
export function stripSizes(
  pen: Pen,
  { visible, rows, overview }: ITokenStrip,
  { width, font }: { width: number; font: string }
): { widths: number[]; sizes: IStripSizes } {
  pen.font = `${NUMBER}px ${font}`;
  const labels = rows.map(({ label }) => pen.measureText(label).width);
  const gutter = rows.length > 1 ? Math.ceil(Math.max(...labels)) + PADDING : 0;
  if (overview) {
    const sizes = { gutter, width, rows: rows.length, textHeight: 4, rowHeight: OVERVIEW_CELL, gap: 6 };
    return { widths: visible.map(() => OVERVIEW_CELL), sizes };
  }
  pen.font = `${TEXT}px ${font}`;
  const least = rows.some(({ before }) => before) ? LEAST_COMPARED : LEAST;
  const known = new Map<string, number>();
  const widthOf = (text: string): number => {
    const own = known.get(text) ?? Math.max(least, Math.ceil(pen.measureText(text).width) + PADDING);
    known.set(text, own);
    return own;
  };
  const sizes = { gutter, width, rows: rows.length, textHeight: TEXT + 5, rowHeight: NUMBER + 4, gap: 8 };
  return { widths: visible.map((text) => Math.min(widthOf(text), width - gutter)), sizes };
}

export interface IStripPainting {
  strip: ITokenStrip;
  layout: IStripLayout;
  theme: ITheme;
  marks: IStripMarks;
  /** Part in view: from `top`, so high; pixels. */
  top: number;
  height: number;
  font: string;
}

/** Paints the lines between `top` and `top + height` on an empty canvas. */
export function paintStrip(pen: Pen, painting: IStripPainting): void {
  const { strip, layout, marks, top, height, font } = painting;
  const { lines, lineHeight, widths } = layout;
  const found = hitTokens(widths.length, marks);
  const dimmed = dimmedTokens(strip, marks);
  const first = Math.floor(top / lineHeight);
  const end = Math.min(lines.length, Math.ceil((top + height) / lineHeight));
  const eachToken = (paint: (token: number, y: number) => void): void => {
    for (let line = first; line < end; line++) {
      const last = lines.at(line + 1) ?? widths.length;
      for (let token = lines[line]; token < last; token++) {
        paint(token, line * lineHeight - top);
      }
    }
  };
  pen.textBaseline = 'middle';
  // A font is dear to set: first all that has the small one.
  pen.font = `${NUMBER}px ${font}`;
  for (let line = first; line < end; line++) {
    paintLabels(pen, painting, line * lineHeight - top);
  }
  pen.textAlign = 'center';
  eachToken((token, y) => {
    pen.globalAlpha = dimmed[token] ? DIMMED : 1;
    strip.rows.forEach((row, r) => paintCell(pen, painting, { row, r, token, y }));
  });
  pen.globalAlpha = 1;
  if (!strip.overview) {
    pen.font = `${TEXT}px ${font}`;
    eachToken((token, y) => paintText(pen, painting, { token, y, dimmed: dimmed[token] === 1 }));
  }
  eachToken((token, y) => paintMarks(pen, painting, token, y, found[token]));
}

function paintLabels(pen: Pen, { strip, layout, theme }: IStripPainting, y: number): void {
  if (strip.rows.length < 2) {
    return;
  }
  pen.fillStyle = theme.mutedText;
  pen.textAlign = 'right';
  const every = Math.ceil((NUMBER + 1) / layout.rowHeight);
  strip.rows.forEach(({ label }, r) => {
    if (r % every === 0) {
      const middle = y + layout.textHeight + (r + 0.5) * layout.rowHeight;
      pen.fillText(label, layout.gutter - PADDING / 2, middle);
    }
  });
}

interface IPlace {
  row: IStripRow;
  r: number;
  token: number;
  y: number;
}

/** One expert, or the one before and the one now side by side; the bar below the number is the weight. */
function paintCell(pen: Pen, painting: IStripPainting, { row, r, token, y }: IPlace): void {
  const { strip, layout, theme } = painting;
  const { textHeight, rowHeight, left, widths } = layout;
  const edge = strip.overview ? 0 : 1;
  const box = {
    x: left[token],
    y: y + textHeight + r * rowHeight,
    width: widths[token] - edge,
    height: rowHeight - (strip.rows.length > 1 ? edge : 0)
  };
  const expert = row.experts[token];
  const before = row.before?.[token] ?? expert;
  if (before === expert) {
    paintExpert(pen, box, expert, painting);
  } else {
    const half = Math.floor(box.width / 2);
    paintExpert(pen, { ...box, width: half }, before, painting);
    paintExpert(pen, { ...box, x: box.x + half + edge, width: box.width - half - edge }, expert, painting);
  }
  const weight = row.weights[token];
  if (weight !== null && expert >= 0 && before === expert && !strip.overview) {
    pen.fillStyle = expertColour(expert, theme.colours).text;
    pen.fillRect(box.x, box.y + box.height - 2, box.width * Math.min(1, weight), 2);
  }
}

interface IBox {
  x: number;
  y: number;
  width: number;
  height: number;
}

function paintExpert(pen: Pen, { x, y, width, height }: IBox, expert: number, { strip, theme }: IStripPainting): void {
  if (expert < 0) {
    return;
  }
  const { background, text } = expertColour(expert, theme.colours);
  pen.fillStyle = background;
  pen.fillRect(x, y, width, height);
  if (!strip.overview) {
    pen.fillStyle = text;
    pen.fillText(String(expert), x + width / 2, y + height / 2 - 0.5, width);
  }
}

/** Text is on its expert's colour where there is one layer, on the panel's ground where there are more or it is dimmed. */
function paintText(
  pen: Pen,
  { strip, layout, theme }: IStripPainting,
  { token, y, dimmed }: { token: number; y: number; dimmed: boolean }
): void {
  const { textHeight, left, widths } = layout;
  const width = widths[token] - 1;
  const expert = strip.rows.length === 1 && !dimmed ? strip.rows[0].experts[token] : -1;
  pen.fillStyle = dimmed ? theme.mutedText : theme.text;
  if (expert >= 0) {
    const { background, text } = expertColour(expert, theme.colours);
    pen.fillStyle = background;
    pen.fillRect(left[token], y, width, textHeight);
    pen.fillStyle = text;
  }
  pen.fillText(strip.visible[token], left[token] + width / 2, y + textHeight / 2 + 1, width);
}

function paintMarks(pen: Pen, painting: IStripPainting, token: number, y: number, found: number): void {
  const { strip, layout, theme, marks } = painting;
  const { textHeight, rowHeight, left, widths } = layout;
  if (found > 0) {
    pen.fillStyle = theme.accent;
    pen.fillRect(left[token], y, widths[token] - (strip.overview ? 0 : 1), found === 2 || strip.overview ? 4 : 2);
  }
  if (token === marks.cell.token) {
    const top = strip.rows.length === 1 ? y : y + textHeight + marks.cell.row * rowHeight;
    pen.strokeStyle = theme.text;
    pen.lineWidth = 2;
    const height = strip.rows.length === 1 ? textHeight + rowHeight : rowHeight;
    pen.strokeRect(left[token], top, widths[token] - 1, height - 1);
  }
}
