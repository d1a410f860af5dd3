/** @file Passages as an SVG document: what the panel shows as text, for papers and slides. */
import type { ITheme } from '../../base/theme';
import { visibleText } from '../text';
import type { IPassages } from './expertContexts';
import { svgDocument, svgWord } from './stripSvg';

const LINE = 20;
const MARGIN = 8;
const WIDTH = 860;
/** Width of a character of the 11 px monospace font. */
const CHARACTER = 6.7;
/** Where the token begins: what is before it ends there. */
const TOKEN = 310;
const ABOUT = 660;

export function passagesSvg({ passages, tile }: IPassages, theme: ITheme): string {
  const parts = passages.flatMap(({ before, token, after, about }, i) => {
    const y = MARGIN + (i + 1) * LINE - 6;
    const [left, right] = [visibleText(before), visibleText(after)];
    const width = Array.from(token).length * CHARACTER + 4;
    return [
      svgWord(left, TOKEN - Array.from(left).length * CHARACTER - 4, y, theme.text, 11),
      `<rect x="${TOKEN - 2}" y="${y - 12}" width="${width}" height="16" fill="${tile.background}"/>`,
      svgWord(token, TOKEN, y, tile.text, 11),
      svgWord(right, TOKEN + width, y, theme.text, 11),
      svgWord(about, ABOUT, y, theme.mutedText, 9)
    ];
  });
  return svgDocument(parts, { width: WIDTH, height: 2 * MARGIN + passages.length * LINE }, theme);
}
