/** @file The first line of an output: title, step and state of its run, and the button that opens the panel. */
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Payload } from '@switchyard/kernel-lib/protocol';
import { element, setText } from '../base/dom';
import { stateLabel } from '../base/runState';

export class SummaryHead {
  readonly node: HTMLElement;

  constructor(trans: TranslationBundle, openPanel: (runId: string) => void) {
    this._trans = trans;
    const text = trans.__('Show beside the cell');
    const open = element('button', { class: 'jp-switchyard-link', text, attributes: { type: 'button' } });
    open.onclick = () => openPanel(this._runId);
    this.node = element('div', { class: 'jp-switchyard-head' }, this._title, this._steps, open);
  }

  show({ runId, source }: Payload): void {
    const { title, step, totalSteps, status } = source;
    const trans = this._trans;
    const steps = totalSteps === null ? trans.__('step %1', step) : trans.__('step %1 of %2', step, totalSteps);
    this._runId = runId;
    setText(this._title, title);
    setText(this._steps, `${steps} · ${stateLabel(status, trans)}`);
  }

  private _trans: TranslationBundle;
  private _runId = '';
  private _title = element('strong');
  private _steps = element('span');
}
