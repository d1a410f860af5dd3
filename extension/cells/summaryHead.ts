/** @file The first line of an output: title, step and state of its run, and the button that opens the panel. */
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Payload } from '@switchyard/kernel-lib/protocol';
import { element, setText } from '../base/dom';
import type { IRunPlace } from '../base/runRegistry';
import { progressWords } from '../base/runState';
import { progressOf } from '../kinds';

export class SummaryHead {
  readonly node: HTMLElement;

  constructor(trans: TranslationBundle, openPanel: (runId: string) => void) {
    this._trans = trans;
    const text = trans.__('Show beside the cell');
    this._open = element('button', { class: 'jp-switchyard-link', text, attributes: { type: 'button' } });
    this._open.onclick = () => openPanel(this._runId);
    this.node = element('div', { class: 'jp-switchyard-head' }, this._title, this._steps, this._open);
  }

  /** Whether it has something that takes the focus. */
  get takesFocus(): boolean {
    return !this._open.hidden;
  }

  /** @param place - The notebook that the output stands in, which knows what became of the run. */
  show(payload: Payload, place: IRunPlace | undefined): void {
    const { runId, source } = payload;
    this._runId = runId;
    setText(this._title, source.title);
    const state = place?.stateOf(payload) ?? source.status;
    setText(this._steps, progressWords(source, state, this._trans, progressOf(payload, this._trans)));
    this._open.hidden = place?.isBeside(runId) ?? false;
  }

  private _trans: TranslationBundle;
  private _runId = '';
  private _title = element('strong');
  private _steps = element('span');
  private _open: HTMLButtonElement;
}
