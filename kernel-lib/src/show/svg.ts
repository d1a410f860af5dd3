import type { Payload, Source } from '../protocol';
import { drawing } from './drawing';
import type { Drawing } from './drawing';
import { heading, printable, progress } from './format';
import { shownKind } from './kinds';
import { pictured } from './pictured';
import { COLUMN, GAP, WIDTH } from './pictures/sizes';

const SVG = 'http://www.w3.org/2000/svg';
const HEADING = 52;
const FONT = 'system-ui, sans-serif';

/** An element and where it goes. */
interface Placed {
  element: Element;
  x: number;
  y: number;
}

/**
 * A payload as one SVG picture, for example the load of every expert in every layer with MaxVio and loss over time. Black on white, so
 * that it reads in a dark theme as well; all text is set as text, never parsed.
 */
export function payloadSvg(payload: Payload): string {
  const tools = drawing();
  const rows = shownKind(payload).picture(pictured(payload), tools);
  let y = HEADING;
  const placed: Placed[] = [];
  for (const row of rows) {
    const elements = row.filter((element): element is Element => element !== null);
    elements.forEach((element, i) => placed.push({ element, x: i * (COLUMN + GAP), y }));
    y += elements.reduce((height, element) => Math.max(height, Number(element.getAttribute('height'))), 0);
  }
  return tools.serialise(frame(payload.source, placed, y + GAP, tools));
}

function frame(source: Source, placed: readonly Placed[], height: number, { document }: Drawing): Element {
  const make = (name: string, attributes: Record<string, string | number>, text = ''): Element => {
    const element = document.createElementNS(SVG, name);
    Object.entries(attributes).forEach(([key, value]) => element.setAttribute(key, String(value)));
    element.textContent = printable(text);
    return element;
  };
  const svg = make('svg', {
    width: WIDTH,
    height,
    viewBox: `0 0 ${WIDTH} ${height}`,
    role: 'img',
    'font-family': FONT
  });
  svg.append(
    make('title', {}, heading(source)),
    make('rect', { width: WIDTH, height, fill: '#ffffff' }),
    make('text', { x: 8, y: 24, 'font-size': 15, 'font-weight': 600, fill: '#111111' }, cut(source.title, 80)),
    make('text', { x: 8, y: 42, 'font-size': 12, fill: '#555555' }, progress(source))
  );
  for (const { element, x, y } of placed) {
    element.setAttribute('x', String(x));
    element.setAttribute('y', String(y));
    svg.append(element);
  }
  return svg;
}

function cut(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length - 1)}…` : text;
}
