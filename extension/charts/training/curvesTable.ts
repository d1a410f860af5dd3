/** @file The scalars of a run in its output: a row a scalar, with its curve and its newest value; changed in place. */
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Numeric, TrainingPayload } from '@switchyard/kernel-lib/protocol';
import { element, setText } from '../../base/dom';
import type { ITheme } from '../../base/theme';
import { seriesColour } from '../amounts';
import { scalarPlots } from '../scalarPlots';
import { brief } from '../text';
import { curvePath } from './curvePath';

const SVG = 'http://www.w3.org/2000/svg';
/** Rows of the table; the panel shows every scalar. */
const MAX_ROWS = 8;
/** Units of a curve's box, which is stretched to the room there is. */
const BOX = { width: 400, height: 14 };

/** A scalar, and all that share its axis: training and validation loss are compared by eye. */
interface ICurve {
  name: string;
  values: readonly Numeric[];
  range: readonly [number, number];
}

interface IRow {
  node: HTMLElement;
  label: HTMLElement;
  curve: SVGElement;
  path: SVGElement;
  now: HTMLElement;
}

export class CurvesTable {
  readonly node = element('table', { class: 'jp-switchyard-loads' });

  constructor(trans: TranslationBundle) {
    this._trans = trans;
    const columns = [trans.__('Scalar'), trans.__('Over the run'), trans.__('Now')];
    const head = element('tr', {}, ...columns.map((text) => element('th', { text, attributes: { scope: 'col' } })));
    this.node.append(element('thead', {}, head), this._body);
  }

  /** The table; nothing before the first step. */
  show({ data }: TrainingPayload, { colours }: ITheme): Node[] {
    const all = curves(data.scalars);
    const shown = all.slice(0, MAX_ROWS);
    if (shown.length !== this._rows.length) {
      this._rows = shown.map(row);
      this._body.replaceChildren(...this._rows.map(({ node }) => node));
    }
    shown.forEach((curve, i) => this._draw(this._rows[i], curve, data.steps, seriesColour(i, colours)));
    this._tellOf(all.length - shown.length);
    return all.length > 0 && data.steps.length > 0 ? [this.node] : [];
  }

  private _draw({ label, curve, path, now }: IRow, drawn: ICurve, steps: readonly number[], colour: string): void {
    const known = drawn.values.filter((value) => value !== null);
    const [first, last] = [known.at(0) ?? null, known.at(-1) ?? null];
    setText(label, drawn.name);
    setText(now, brief(last));
    path.setAttribute('d', curvePath({ steps, ...drawn }, BOX));
    path.setAttribute('stroke', colour);
    curve.setAttribute('aria-label', this._trans.__('%1 from %2 to %3', drawn.name, brief(first), brief(last)));
  }

  private _tellOf(hidden: number): void {
    this._caption.remove();
    if (hidden > 0) {
      setText(this._caption, this._trans._n('%1 more scalar in the panel', '%1 more scalars in the panel', hidden));
      this.node.append(this._caption);
    }
  }

  private _trans: TranslationBundle;
  private _body = element('tbody');
  private _caption = element('caption');
  private _rows: IRow[] = [];
}

function curves(scalars: Record<string, Numeric[]>): ICurve[] {
  return scalarPlots(scalars).flatMap(({ title, lines }) => {
    const known = lines.flatMap(({ values }) => values.filter((value) => value !== null));
    const range = [Math.min(...known), Math.max(...known)] as const;
    return lines.map(({ name, values }) => ({ name: [title, name].filter(Boolean).join(' '), values, range }));
  });
}

function row(): IRow {
  const label = element('th', { attributes: { scope: 'row' } });
  const now = element('td');
  const curve = document.createElementNS(SVG, 'svg');
  const box = { viewBox: `0 0 ${BOX.width} ${BOX.height}`, preserveAspectRatio: 'none', role: 'img' };
  Object.entries(box).forEach(([name, value]) => curve.setAttribute(name, value));
  const path = document.createElementNS(SVG, 'path');
  const line = { fill: 'none', 'stroke-width': '1.5', 'vector-effect': 'non-scaling-stroke' };
  Object.entries(line).forEach(([name, value]) => path.setAttribute(name, value));
  curve.append(path);
  return { node: element('tr', {}, label, element('td', {}, curve), now), label, curve, path, now };
}
