/** @file A long strip on a canvas that is as large as what is in view; a grid of one cell tells where the reader is. */
import type { ICell, IStripLayout } from '../charts/routing/stripLayout';
import type { ITokenStrip } from '../charts/routing/tokenStrip';
import { cellAt, layoutStrip, lineOf } from '../charts/routing/stripLayout';
import { element } from '../base/dom';
import { FrameScheduler } from '../base/frame';
import type { ITheme } from '../base/theme';
import { paintStrip, stripSizes } from './paintStrip';
import type { IStripMarks, ITokenBody } from './tokenBody';

export class TokenCanvas implements ITokenBody {
  readonly node = element('div', { class: 'jp-switchyard-strip', attributes: { role: 'grid', tabindex: '0' } });

  constructor(id: string) {
    this._cell.id = `${id}-cell`;
    this._sizer.append(this._canvas);
    this.node.append(this._sizer, this._row);
    this.node.onscroll = () => this._frame.schedule();
  }

  show(strip: ITokenStrip, theme: ITheme, marks: IStripMarks): void {
    this._strip = strip;
    this._theme = theme;
    this.node.setAttribute('aria-label', strip.summary);
    this.node.setAttribute('aria-rowcount', String(strip.rows.length));
    this.node.setAttribute('aria-colcount', String(strip.visible.length));
    this._place(strip);
    this.mark(marks);
  }

  mark(marks: IStripMarks): void {
    this._marks = marks;
    const { row, token } = marks.cell;
    this._row.setAttribute('aria-rowindex', String(row + 1));
    this._cell.setAttribute('aria-colindex', String(token + 1));
    this._cell.textContent = this._strip?.describe(row, token) ?? '';
    this.node.setAttribute('aria-activedescendant', this._cell.id);
    this._paint();
  }

  cellOf({ clientX, clientY }: MouseEvent): ICell | null {
    const box = this._canvas.getBoundingClientRect();
    return this._layout ? cellAt(this._layout, clientX - box.left, clientY - box.top + this.node.scrollTop) : null;
  }

  reveal({ token }: ICell): void {
    if (this._layout) {
      const { lineHeight } = this._layout;
      const top = lineOf(this._layout, token) * lineHeight;
      const { scrollTop, clientHeight } = this.node;
      if (top < scrollTop || lineHeight > clientHeight) {
        this.node.scrollTop = top;
      } else if (top + lineHeight > scrollTop + clientHeight) {
        this.node.scrollTop = top + lineHeight - clientHeight;
      }
      this._paint();
    }
  }

  dispose(): void {
    this._frame.dispose();
  }

  /** Gives every token its place: anew where the text, the rows or the width changed. */
  private _place(strip: ITokenStrip): void {
    const context = this._canvas.getContext('2d');
    if (!context) {
      return;
    }
    this._font = getComputedStyle(this.node).fontFamily;
    const { widths, sizes } = stripSizes(context, strip, { width: this.node.clientWidth, font: this._font });
    this._layout = layoutStrip(widths, sizes);
    this._sizer.style.height = `${this._layout.height}px`;
  }

  private _paint(): void {
    const context = this._canvas.getContext('2d');
    const { _strip: strip, _layout: layout, _theme: theme, _marks: marks } = this;
    if (!context || !strip || !layout || !theme || !marks) {
      return;
    }
    const scale = window.devicePixelRatio || 1;
    const [width, height] = [layout.width, Math.min(layout.height, this.node.clientHeight)];
    // Setting the size empties the canvas, even where it stays the same.
    this._canvas.width = Math.ceil(width * scale);
    this._canvas.height = Math.ceil(height * scale);
    this._canvas.style.width = `${width}px`;
    this._canvas.style.height = `${height}px`;
    context.scale(scale, scale);
    paintStrip(context, { strip, layout, theme, marks, top: this.node.scrollTop, height, font: this._font });
  }

  private _strip?: ITokenStrip;
  private _theme?: ITheme;
  private _marks?: IStripMarks;
  private _layout?: IStripLayout;
  private _font = '';
  private _frame = new FrameScheduler(() => this._paint());
  private _canvas = element('canvas', { attributes: { 'aria-hidden': 'true' } });
  private _sizer = element('div', { attributes: { role: 'presentation' } }, this._canvas);
  private _cell = element('div', { attributes: { role: 'gridcell' } });
  private _row = element('div', { class: 'jp-switchyard-unseen', attributes: { role: 'row' } }, this._cell);
}
