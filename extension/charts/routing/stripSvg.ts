/** @file Tokens with their experts as an SVG document: what the panel shows as text, for papers and slides. */
import type { ITheme } from '../../base/theme';
import { expertColour } from '../../base/colours';

export interface ISvgStrip {
  /** Text of each token; T. */
  texts: readonly string[];
  /** One row a layer: the expert of each token, -1 where there is none. */
  rows: readonly { label: string; experts: readonly number[] }[];
}

const WIDTH = 860;
const LINE = 17;
const CELL = 13;
const GAP = 8;
/** Width of a character of the 11 px monospace font. */
const CHARACTER = 6.7;
const MARGIN = 8;

/** Tokens as running text, their experts below, row by row, under the same colours as in the panel. */
export function stripSvg({ texts, rows }: ISvgStrip, theme: ITheme): string {
  const labels = rows.length > 1 ? Math.max(0, ...rows.map(({ label }) => label.length)) * CHARACTER + GAP : 0;
  const lines = broken(texts, WIDTH - 2 * MARGIN - labels);
  const lineHeight = LINE + rows.length * CELL + GAP;
  const height = 2 * MARGIN + lines.length * lineHeight;
  const parts = lines.flatMap((line, i) => {
    const y = MARGIN + i * lineHeight;
    const names = labels > 0 ? rows.map(({ label }, r) => svgWord(label, MARGIN, rowY(y, r), theme.mutedText, 9)) : [];
    return [...names, ...line.flatMap((place) => token(place, { texts, rows, theme, x: MARGIN + labels, y }))];
  });
  return svgDocument(parts, { width: WIDTH, height }, theme);
}

/** Parts of a document on the theme's ground. */
export function svgDocument(
  parts: readonly string[],
  { width, height }: { width: number; height: number },
  { background }: ITheme
): string {
  const ground = `<rect width="${width}" height="${height}" fill="${background}"/>`;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" ` +
    `font-family="monospace">${ground}${parts.join('')}</svg>`
  );
}

interface IPlace {
  token: number;
  x: number;
  width: number;
}

function broken(texts: readonly string[], width: number): IPlace[][] {
  const lines: IPlace[][] = [];
  let x = Infinity;
  texts.forEach((text, t) => {
    const own = Math.max(16, Array.from(text).length * CHARACTER + 6);
    if (x + own > width) {
      lines.push([]);
      x = 0;
    }
    lines[lines.length - 1].push({ token: t, x, width: own });
    x += own + 2;
  });
  return lines;
}

function token(place: IPlace, at: ISvgStrip & { theme: ITheme; x: number; y: number }): string[] {
  const x = at.x + place.x;
  const cells = at.rows.map(({ experts }, r) => {
    const expert = experts[place.token] ?? -1;
    const { background, text } = expertColour(Math.max(0, expert), at.theme.colours);
    const y = rowY(at.y, r);
    const box = `x="${x}" y="${y - CELL + 3}" width="${place.width}" height="${CELL - 1}"`;
    return expert < 0
      ? svgWord('–', x + 3, y, at.theme.text, 9)
      : `<rect ${box} fill="${background}"/>${svgWord(String(expert), x + 3, y, text, 9)}`;
  });
  return [svgWord(at.texts[place.token], x + 3, at.y + 12, at.theme.text, 11), ...cells];
}

function rowY(lineY: number, row: number): number {
  return lineY + LINE + (row + 1) * CELL - 3;
}

/** A text, its line at `y`. */
export function svgWord(text: string, x: number, y: number, fill: string, size: number): string {
  return `<text x="${x}" y="${y}" font-size="${size}" fill="${fill}" xml:space="preserve">${escaped(text)}</text>`;
}

/** Control characters have no place in XML, not even escaped. */
function escaped(text: string): string {
  const clean = text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udfff]/gu, '\ufffd');
  return clean.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
}
