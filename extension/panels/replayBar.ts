/** @file Replays a run from the history in its payload: a slider over the kept steps, and a button that plays them. */
import type { TranslationBundle } from '@jupyterlab/translation';
import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';
import { Widget } from '@lumino/widgets';
import { element } from '../base/dom';

/** Milliseconds between steps while playing. */
const PACE = 250;

export class ReplayBar extends Widget {
  constructor(trans: TranslationBundle) {
    super();
    this.addClass('jp-switchyard-Replay');
    this._trans = trans;
    this._slider.setAttribute('aria-label', trans.__('Replayed step'));
    this._newest.textContent = trans.__('Newest');
    this.node.setAttribute('role', 'group');
    this.node.setAttribute('aria-label', trans.__('Replay'));
    this.node.append(this._play, this._slider, this._label, this._newest);
    this._name();
  }

  /** Emits the step that the reader wants to see; null for the newest. */
  get chosen(): ISignal<this, number | null> {
    return this._chosen;
  }

  /** Offers these steps, ascending, the newest last. Hidden where there are none. */
  offer(steps: readonly number[], step: number | null): void {
    this._steps = steps;
    this.setHidden(steps.length < 2);
    if (steps.length < 2) {
      this._stop();
      return;
    }
    const last = steps.length - 1;
    this._at = step === null ? last : Math.max(0, steps.filter((each) => each <= step).length - 1);
    this._slider.max = String(last);
    this._slider.value = String(this._at);
    const words = this._trans.__('step %1', steps[this._at]);
    this._slider.setAttribute('aria-valuetext', words);
    this._label.textContent = words;
    this._newest.disabled = this._at === last;
  }

  handleEvent(event: Event): void {
    if (event.type === 'input') {
      this._stop();
      this._go(this._slider.valueAsNumber);
    } else if (event.target === this._newest) {
      this._stop();
      this._go(this._steps.length - 1);
    } else if (event.target === this._play) {
      this._toggle();
    }
  }

  override dispose(): void {
    if (!this.isDisposed) {
      this._stop();
      Signal.clearData(this);
      super.dispose();
    }
  }

  protected override onAfterAttach(): void {
    this.node.addEventListener('click', this);
    this._slider.addEventListener('input', this);
  }

  protected override onBeforeDetach(): void {
    this._stop();
    this.node.removeEventListener('click', this);
    this._slider.removeEventListener('input', this);
  }

  /** Plays from here, or from the start where this is the end. */
  private _toggle(): void {
    if (this._timer !== undefined) {
      this._stop();
      return;
    }
    this._timer = setInterval(() => this._next(), PACE);
    this._name();
    if (this._at === this._steps.length - 1) {
      this._go(0);
    }
  }

  private _next(): void {
    this._go(this._at + 1);
    if (this._at >= this._steps.length - 1) {
      this._stop();
    }
  }

  private _go(index: number): void {
    this._at = Math.min(index, this._steps.length - 1);
    this._chosen.emit(this._at === this._steps.length - 1 ? null : this._steps[this._at]);
  }

  private _stop(): void {
    clearInterval(this._timer);
    this._timer = undefined;
    this._name();
  }

  private _name(): void {
    const playing = this._timer !== undefined;
    const label = playing ? this._trans.__('Pause the replay') : this._trans.__('Play the run');
    this._play.textContent = playing ? '⏸' : '▶';
    this._play.title = label;
    this._play.setAttribute('aria-label', label);
  }

  private _trans: TranslationBundle;
  private _chosen = new Signal<this, number | null>(this);
  private _play = element('button', { attributes: { type: 'button' } });
  private _slider = element('input', { attributes: { type: 'range', min: '0', step: '1' } });
  private _label = element('output');
  private _newest = element('button', { attributes: { type: 'button' } });
  private _steps: readonly number[] = [];
  private _at = 0;
  private _timer?: ReturnType<typeof setInterval>;
}
