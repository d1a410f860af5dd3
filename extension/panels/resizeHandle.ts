/** @file The edge of the panel: dragged, or moved with the arrow keys. */
import type { TranslationBundle } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';
import { clampWidth, MAX_WIDTH, MIN_WIDTH } from '../base/width';

const STEP = 24;

export interface IResizeHandleOptions {
  trans: TranslationBundle;
  /** The panel's width in pixels. */
  width: () => number;
  /** Whether the edge is the panel's right one. */
  mirrored?: () => boolean;
  /** Called while the edge moves, and with `done` when it rests. */
  resize: (width: number, done: boolean) => void;
}

export class ResizeHandle extends Widget {
  constructor(options: IResizeHandleOptions) {
    super();
    this.addClass('jp-switchyard-resize');
    this._options = options;
    const attributes = {
      role: 'separator',
      tabindex: '0',
      'aria-orientation': 'vertical',
      'aria-label': options.trans.__('Width of the panel'),
      'aria-valuemin': String(MIN_WIDTH),
      'aria-valuemax': String(MAX_WIDTH)
    };
    Object.entries(attributes).forEach(([name, value]) => this.node.setAttribute(name, value));
  }

  handleEvent(event: Event): void {
    switch (event.type) {
      case 'pointerdown':
        this._start(event as PointerEvent);
        break;
      case 'pointermove':
        this._move(event as PointerEvent, false);
        break;
      case 'pointerup':
      case 'pointercancel':
        this._move(event as PointerEvent, true);
        break;
      case 'keydown':
        this._key(event as KeyboardEvent);
        break;
      case 'mousedown':
        // The notebook would start to drag the cell.
        event.stopPropagation();
        break;
    }
  }

  protected override onAfterAttach(): void {
    LISTENED.forEach((type) => this.node.addEventListener(type, this));
    this._announce(this._options.width());
  }

  protected override onBeforeDetach(): void {
    LISTENED.forEach((type) => this.node.removeEventListener(type, this));
  }

  private _start(event: PointerEvent): void {
    if (event.button === 0) {
      this.node.setPointerCapture(event.pointerId);
      this._from = { x: event.clientX, width: this._options.width() };
      event.preventDefault();
    }
  }

  private _move(event: PointerEvent, done: boolean): void {
    if (this._from) {
      this._resize(this._from.width + this._outward * (this._from.x - event.clientX), done);
      this._from = done ? undefined : this._from;
    }
  }

  private _key(event: KeyboardEvent): void {
    const width = this._options.width();
    const targets: Record<string, number> = {
      ArrowLeft: width + this._outward * STEP,
      ArrowRight: width - this._outward * STEP,
      Home: MIN_WIDTH,
      End: MAX_WIDTH
    };
    if (event.key in targets) {
      event.preventDefault();
      this._resize(targets[event.key], true);
    }
  }

  /** 1 where the panel grows to the left. */
  private get _outward(): number {
    return this._options.mirrored?.() ? -1 : 1;
  }

  private _resize(width: number, done: boolean): void {
    const clamped = clampWidth(width);
    this._announce(clamped);
    this._options.resize(clamped, done);
  }

  private _announce(width: number): void {
    this.node.setAttribute('aria-valuenow', String(Math.round(width)));
  }

  private _options: IResizeHandleOptions;
  private _from?: { x: number; width: number };
}

const LISTENED = ['pointerdown', 'pointermove', 'pointerup', 'pointercancel', 'keydown', 'mousedown'];
