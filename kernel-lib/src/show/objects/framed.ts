import { element } from '../markup';
import type { Markup } from '../markup';

const FONT = 'system-ui, sans-serif';
const MARGIN = 8;
const LINE = 17;

export interface FramedOptions {
  title: string;
  /** Text under the title, a line each. */
  lines: readonly string[];
  /** Of the marks, as is the height. */
  width: number;
  height: number;
  marks: readonly Markup[];
}

/** Marks under a title, as one SVG: black on white, so that it reads in a dark theme as well. */
export function framed({ title, lines, width, height, marks }: FramedOptions): string {
  const top = MARGIN + LINE * (lines.length + 1) + MARGIN;
  const size = { width: width + 2 * MARGIN, height: Math.ceil(top + height + MARGIN) };
  const text = (line: string, i: number): Markup =>
    element('text', { x: MARGIN, y: MARGIN + LINE * (i + 2) - 4, 'font-size': 12, fill: '#555555' }, line);
  const attributes = { ...size, viewBox: `0 0 ${size.width} ${size.height}`, role: 'img', 'font-family': FONT };
  return element('svg', { xmlns: 'http://www.w3.org/2000/svg', ...attributes }, [
    element('title', {}, title),
    element('rect', { ...size, fill: '#ffffff' }),
    element('text', { x: MARGIN, y: MARGIN + LINE - 4, 'font-size': 13, 'font-weight': 600, fill: '#111111' }, title),
    ...lines.map(text),
    element('g', { transform: `translate(${MARGIN} ${top})` }, marks)
  ]).source;
}
