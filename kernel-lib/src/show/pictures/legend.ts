import type { Drawing } from '../drawing';
import { printable } from '../format';
import { WIDTH } from './sizes';

const SVG = 'http://www.w3.org/2000/svg';
const HEIGHT = 24;
const LETTER = 6.4;
const LONGEST = 32;

/** A name and its colour; dashes for a kind of line. */
export interface LegendEntry {
  name: string;
  colour: string;
  dashes?: string;
}

/** A title and the names in their colours, in a row; what does not fit is counted. */
export function legend(title: string, entries: readonly LegendEntry[], { document }: Drawing, width = WIDTH): Element {
  const make = (name: string, attributes: Record<string, string | number>, text = ''): Element => {
    const element = document.createElementNS(SVG, name);
    Object.entries(attributes).forEach(([key, value]) => element.setAttribute(key, String(value)));
    element.textContent = text;
    return element;
  };
  const svg = make('svg', { width, height: HEIGHT, 'font-size': 11, fill: '#111111' });
  svg.append(make('text', { x: 8, y: 15, 'font-size': 12, 'font-weight': 600 }, printable(title)));
  let x = 20 + title.length * LETTER * 1.25;
  entries.some(({ name, colour, dashes }, i) => {
    const text = printable(name.length > LONGEST ? `${name.slice(0, LONGEST - 1)}…` : name);
    const needed = 18 + text.length * LETTER + 12;
    if (x + needed > width && i > 0) {
      svg.append(make('text', { x, y: 15 }, `and ${entries.length - i} more`));
      return true;
    }
    const line = { x1: x, x2: x + 14, y1: 11, y2: 11, stroke: colour, 'stroke-width': 2 };
    svg.append(
      dashes === undefined
        ? make('rect', { x, y: 6, width: 11, height: 11, fill: colour, stroke: '#999999', 'stroke-width': 0.5 })
        : make('line', { ...line, 'stroke-dasharray': dashes }),
      make('text', { x: x + 18, y: 15 }, text)
    );
    x += needed;
    return false;
  });
  return svg;
}
