/** @file An item of the status bar: how the training that goes on is, wherever its cell stands; a click leads there. */
import type { TranslationBundle } from '@jupyterlab/translation';
import { Signal } from '@lumino/signaling';
import { Widget } from '@lumino/widgets';
import { element, setText } from '../base/dom';
import { FrameScheduler } from '../base/frame';

export interface IRunStatusOptions {
  trans: TranslationBundle;
  /** Words to be said; null where nothing goes on. */
  words: () => string | null;
  /** Leads to the run. */
  show: () => void;
}

/** Milliseconds from one change to the next: it is read, not watched. */
const INTERVAL = 500;

export class RunStatus extends Widget {
  constructor(options: IRunStatusOptions) {
    super();
    this._options = options;
    this.addClass('jp-switchyard-RunStatus');
    this._button.title = options.trans.__('Show the cell that trains');
    this._button.onclick = () => options.show();
    this.node.append(this._button);
    this.hide();
  }

  /** Says how the run is now, not more often than one can read. */
  follow(): void {
    this._frame.schedule(this._drawnAt + INTERVAL - performance.now());
  }

  override dispose(): void {
    if (!this.isDisposed) {
      this._frame.dispose();
      Signal.clearData(this);
      super.dispose();
    }
  }

  private _draw(): void {
    this._drawnAt = performance.now();
    const words = this._options.words();
    this.setHidden(words === null);
    setText(this._button, words ?? '');
  }

  private _options: IRunStatusOptions;
  private _drawnAt = -Infinity;
  private _button = element('button', { class: 'jp-switchyard-link', attributes: { type: 'button' } });
  private _frame = new FrameScheduler(() => this._draw());
}
