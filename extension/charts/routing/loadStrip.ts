/** @file One layer's load as a strip of SVG rectangles: needs no library, no layout and no script at view time. */
import type { IColours } from '../../base/colours';
import { loadColour } from '../../base/colours';

const SVG = 'http://www.w3.org/2000/svg';
const CELL = 10;

/** A rectangle for each expert, which gets its colour again and again. */
export class LoadStrip {
  readonly node = document.createElementNS(SVG, 'svg');

  constructor(numExperts: number) {
    this.node.setAttribute('viewBox', `0 0 ${numExperts * CELL} ${CELL}`);
    this.node.setAttribute('preserveAspectRatio', 'none');
    this.node.setAttribute('role', 'img');
    this._cells = Array.from({ length: numExperts }, (_, x) => rectangle(x));
    this.node.append(...this._cells);
  }

  /** Draws loads in units of the fair share. */
  show(ratios: readonly number[], colours: IColours): void {
    this._cells.forEach((cell, i) => cell.setAttribute('fill', loadColour(ratios[i], colours)));
  }

  private _cells: SVGRectElement[];
}

function rectangle(x: number): SVGRectElement {
  const rect = document.createElementNS(SVG, 'rect');
  const box = { x: x * CELL, y: 0, width: CELL - 0.8, height: CELL };
  Object.entries(box).forEach(([name, value]) => rect.setAttribute(name, String(value)));
  return rect;
}
