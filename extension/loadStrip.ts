/** @file One layer's load as a strip of SVG rectangles: needs no library, no layout and no script at view time. */
import type { IColours } from './charts';
import { loadColour } from './charts';

const SVG = 'http://www.w3.org/2000/svg';
const CELL = 10;

/** Draws loads in units of the fair share, one rectangle each; `ceiling` ends the colour scale. */
export function loadStrip(ratios: readonly number[], ceiling: number, colours: IColours): SVGSVGElement {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', `0 0 ${ratios.length * CELL} ${CELL}`);
  svg.setAttribute('preserveAspectRatio', 'none');
  svg.setAttribute('role', 'img');
  ratios.forEach((ratio, x) => {
    const rect = document.createElementNS(SVG, 'rect');
    const box = { x: x * CELL, y: 0, width: CELL - 0.8, height: CELL };
    Object.entries(box).forEach(([name, value]) => rect.setAttribute(name, String(value)));
    rect.setAttribute('fill', loadColour(ratio, ceiling, colours));
    svg.append(rect);
  });
  return svg;
}
