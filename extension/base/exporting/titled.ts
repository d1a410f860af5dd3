/** @file The band above a saved picture that says what it is of: run, picture, layer and step. */
import type { TranslationBundle } from '@jupyterlab/translation';
import { isStill } from '@switchyard/kernel-lib/protocol';
import type { ITheme } from '../theme';
import type { IExportable } from './exportable';
import { runName } from './fileName';

const SVG = 'http://www.w3.org/2000/svg';
const FONT = 12;
/** Room for a letter, from line to line, and at the edges; pixels. */
const LETTER = 0.58 * FONT;
const LINE = 16;
const MARGIN = 8;

/** "MoE (3f2c91ab) · Load over time, one layer · layer 2 · step 60". */
export function titleOfSaved({ payload, title, layer }: IExportable, trans: TranslationBundle): string {
  const { source } = payload;
  const run = runName(payload);
  return [
    run === '' ? source.title : `${source.title} (${run})`,
    title,
    layer === undefined ? '' : trans.__('layer %1', layer),
    isStill(source) ? '' : trans.__('step %1', source.step)
  ]
    .filter(Boolean)
    .join(' · ');
}

/** An SVG document with words above it, on the same ground; as wide as it was. */
export function titled(svg: string, words: string, { text, background, fontFamily }: ITheme): string {
  const picture = new DOMParser().parseFromString(svg, 'image/svg+xml').documentElement;
  const [width, height] = ['width', 'height'].map((name) => parseFloat(picture.getAttribute(name) ?? '0'));
  const lines = broken(words, Math.max(1, Math.floor((width - 2 * MARGIN) / LETTER)));
  const band = MARGIN + lines.length * LINE;
  const root = make('svg', { width, height: height + band, viewBox: `0 0 ${width} ${height + band}` });
  const name = make('title', {});
  name.textContent = printable(words);
  picture.setAttribute('y', String(band));
  const written = lines.map((line, i) => {
    const at = { x: MARGIN, y: MARGIN + i * LINE + FONT, 'font-size': FONT, 'font-family': fontFamily, fill: text };
    const node = make('text', at);
    node.textContent = printable(line);
    return node;
  });
  root.append(name, make('rect', { width, height: height + band, fill: background }), ...written, picture);
  return new XMLSerializer().serializeToString(root);
}

function make(tag: string, attributes: Record<string, string | number>): SVGElement {
  const node = document.createElementNS(SVG, tag);
  Object.entries(attributes).forEach(([name, value]) => node.setAttribute(name, String(value)));
  return node;
}

/** Words in lines of so many letters; a word that is longer is broken. */
function broken(words: string, letters: number): string[] {
  const pieces = words.split(' ').flatMap((word) => word.match(new RegExp(`.{1,${letters}}`, 'gsu')) ?? []);
  return pieces.reduce<string[]>((lines, piece) => {
    const last = lines.at(-1);
    return last !== undefined && last.length + 1 + piece.length <= letters
      ? [...lines.slice(0, -1), `${last} ${piece}`]
      : [...lines, piece];
  }, []);
}

/** Control characters have no place in XML, not even escaped. */
function printable(text: string): string {
  return text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udfff]/gu, '\ufffd');
}
