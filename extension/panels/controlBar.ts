/**
 * @file Buttons that hold, step and stop a training, and a text for it to route: off, with the reason, where they cannot;
 * not there where there is nothing to hold, or hear.
 */
import type { TranslationBundle } from '@jupyterlab/translation';
import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';
import { Widget } from '@lumino/widgets';
import type { Ablation, ControlRequest, ControlStatus } from '@switchyard/kernel-lib/protocol';
import { MAX_PROBE_TEXT } from '@switchyard/kernel-lib/protocol';
import type { IControlState, NoControl } from '../control';
import { element } from '../base/dom';

/** An expert that the text can be measured without. */
export interface IChosenExpert {
  /** Path of its layer. */
  layer: string;
  expert: number;
  /** In words: "expert 3 of layer 1". */
  name: string;
}

let instances = 0;

export class ControlBar extends Widget {
  constructor(trans: TranslationBundle) {
    super({ node: element('div') });
    this.addClass('jp-switchyard-Control');
    this._trans = trans;
    const why = `jp-switchyard-why-${instances++}`;
    this._why.id = why;
    this._pause = this._button(trans.__('Pause'), () => ({ type: this._paused ? 'resume' : 'pause' }));
    this._step = this._button(trans.__('Step'), () => ({ type: 'step' }));
    this._stop = this._button(trans.__('Stop'), () => ({ type: 'stop' }));
    this._step.title = trans.__('One step of training, then pause');
    this._show = this._button(trans.__('Show'), () => ({ type: 'probe', text: this._text.value || null }));
    this._text.setAttribute('aria-label', trans.__('Sample text'));
    this._text.placeholder = trans.__('A text to route; empty: what is trained on');
    this._text.maxLength = MAX_PROBE_TEXT;
    this._text.onkeydown = ({ key }) => {
      if (key === 'Enter') {
        this._show.click();
      }
    };
    const ablations = (this._ablations = [
      this._ablation(trans.__('Without it'), 'without', trans.__('Its tokens go to their next choices')),
      this._ablation(trans.__('Only it'), 'only', trans.__('All tokens of the layer go to it'))
    ]).map(({ button }) => button);
    this._buttons = [this._pause, this._step, this._stop];
    this._sampling = [this._text, this._show];
    [...this._buttons, ...this._sampling].forEach((control) => control.setAttribute('aria-describedby', why));
    const sample = element(
      'details',
      { class: 'jp-switchyard-sample' },
      element('summary', { text: trans.__('Sample text') }),
      element('div', {}, this._text, this._show),
      element(
        'div',
        { attributes: { role: 'group', 'aria-label': trans.__('Parts of the model') } },
        this._whose,
        ...ablations
      ),
      this._never
    );
    this.holds.append(this._pause, this._step, this._stop);
    this.node.append(this.holds, sample, this._why);
  }

  /** The buttons that hold and stop a run. */
  readonly holds = element('div');

  get asked(): ISignal<this, ControlRequest> {
    return this._asked;
  }

  /** @param chosen - The expert that the reader looks at; null where there is none. */
  describe({ why, status, over = false }: IControlState, chosen: IChosenExpert | null = null): void {
    this._chosen = chosen;
    this.setHidden(why === 'nothing');
    this.holds.hidden = over;
    this._paused = status?.state === 'paused';
    this._pause.textContent = this._paused ? this._trans.__('Resume') : this._trans.__('Pause');
    this._buttons.forEach((control) => (control.disabled = why !== null));
    this._sampling.forEach((control) => (control.disabled = why !== null || status?.noProbe !== undefined));
    this._never.textContent = status?.noProbe ?? '';
    this._why.textContent = why === null ? (status?.problem ?? '') : reason(why, over, this._trans);
    this._describeAblations(why === null ? status : null);
    if (document.activeElement !== this._text && status?.probe != null) {
      this._text.value = status.probe;
    }
  }

  override dispose(): void {
    if (!this.isDisposed) {
      Signal.clearData(this);
      super.dispose();
    }
  }

  /** Buttons that measure the text without the chosen expert, or with it alone; off where that cannot be. */
  private _describeAblations(status: ControlStatus | null): void {
    const { _chosen: chosen, _trans: trans } = this;
    const ablation = status?.ablation ?? null;
    this._whose.textContent =
      status?.ablation === undefined
        ? ''
        : status.probe === null
          ? trans.__('With a text to route, an expert can be left out.')
          : chosen === null
            ? trans.__('Choose an expert to see the text without it.')
            : chosen.name;
    this._ablations.forEach(({ mode, button }) => {
      const on = ablation !== null && mode === ablation.mode && isOf(ablation, chosen);
      button.hidden = status?.ablation === undefined;
      button.disabled = status === null || status.probe === null || chosen === null;
      button.setAttribute('aria-pressed', String(on));
    });
    this._ablated = ablation;
  }

  private _ablation(
    text: string,
    mode: Ablation['mode'],
    title: string
  ): { mode: Ablation['mode']; button: HTMLButtonElement } {
    const button = this._button(text, () => {
      const [chosen, ablated] = [this._chosen, this._ablated];
      const again = chosen === null || (ablated?.mode === mode && isOf(ablated, chosen));
      return { type: 'ablate', ablation: again ? null : { layer: chosen.layer, expert: chosen.expert, mode } };
    });
    button.title = title;
    return { mode, button };
  }

  private _button(text: string, request: () => ControlRequest): HTMLButtonElement {
    const button = element('button', { class: 'jp-switchyard-button', text, attributes: { type: 'button' } });
    button.onclick = () => this._asked.emit(request());
    return button;
  }

  private _trans: TranslationBundle;
  private _chosen: IChosenExpert | null = null;
  private _ablated: Ablation | null = null;
  private _ablations: { mode: Ablation['mode']; button: HTMLButtonElement }[];
  private _whose = element('span', { class: 'jp-switchyard-whose' });
  private _asked = new Signal<this, ControlRequest>(this);
  private _paused = false;
  private _pause: HTMLButtonElement;
  private _step: HTMLButtonElement;
  private _stop: HTMLButtonElement;
  private _show: HTMLButtonElement;
  private _text = element('input', { attributes: { type: 'text' } });
  private _why = element('p', { class: 'jp-switchyard-why' });
  /** Why no text can be routed in this run. */
  private _never = element('p', { class: 'jp-switchyard-why' });
  private _buttons: HTMLButtonElement[];
  private _sampling: (HTMLButtonElement | HTMLInputElement)[];
}

function isOf({ layer, expert }: Ablation, chosen: IChosenExpert | null): boolean {
  return chosen !== null && layer === chosen.layer && expert === chosen.expert;
}

function reason(why: NoControl, over: boolean, trans: TranslationBundle): string {
  switch (why) {
    case 'nothing':
      return '';
    case 'waiting':
      return trans.__('The kernel has not answered yet: one that cannot listen while it works answers after the cell.');
    case 'no-channel':
      return over
        ? trans.__('The kernel keeps nothing more of this run: no text can be routed in it.')
        : trans.__('This kernel, or this run, cannot be paused from here.');
  }
}
