/** @file Title, state and progress of a run, the choice of run, layer and expert, and the button that closes the panel. */
import type { TranslationBundle } from '@jupyterlab/translation';
import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';
import { Widget } from '@lumino/widgets';
import type { Source } from '@switchyard/kernel-lib/protocol';
import { isStill } from '@switchyard/kernel-lib/protocol';
import { element, setOptions } from '../base/dom';
import type { RunState } from '../base/runState';
import { stateLabel } from '../base/runState';

/** State that the header shows. */
export interface IHeading {
  title: string;
  state: RunState | null;
  /** Where the snapshot comes from; null where there is none. */
  source: Source | null;
  /** How far the run is, in words; empty where there is none. */
  progress: string;
  /** Titles of the cell's runs; a choice is offered where there is more than one. */
  runs: string[];
  run: number;
  /** All that is wrong with it, in a line; empty where nothing is. */
  health: string;
  /** Labels of the routed layers. */
  layers: string[];
  layer: number;
  /** Names of the experts of the layer in view. */
  experts: string[];
  /** Index of the expert that all pictures mark; null for none. */
  expert: number | null;
}

/** Choice of the reader. */
export type Choice = { run: number } | { layer: number } | { expert: number | null } | 'close';

export class PanelHeader extends Widget {
  constructor(trans: TranslationBundle, closable: boolean) {
    super({ node: element('div') });
    this.addClass('jp-switchyard-Header');
    this._trans = trans;
    const close = this._close;
    close.hidden = !closable;
    close.title = trans.__('Close');
    close.setAttribute('aria-label', trans.__('Close the routing panel'));
    this._run.setAttribute('aria-label', trans.__('Run'));
    this._layer.setAttribute('aria-label', trans.__('Layer'));
    this._layerBox.prepend(trans.__('Layer'));
    this._expert.setAttribute('aria-label', trans.__('Expert'));
    this._expertBox.prepend(trans.__('Expert'));
    this.node.append(
      element('div', { class: 'jp-switchyard-title' }, this._title, this._badge, close),
      this._progress,
      this._health,
      element('div', { class: 'jp-switchyard-controls' }, this._steps, this._run, this._layerBox, this._expertBox)
    );
  }

  get chosen(): ISignal<this, Choice> {
    return this._chosen;
  }

  describe(heading: IHeading): void {
    const { state, source } = heading;
    const still = source !== null && isStill(source);
    this._title.textContent = heading.title;
    this._title.title = heading.title;
    this._badge.hidden = state === null || still;
    if (state !== null) {
      this._badge.textContent = stateLabel(state, this._trans);
      this._badge.dataset.state = state;
    }
    this._steps.textContent = still ? '' : heading.progress;
    this._health.textContent = heading.health;
    this._health.hidden = heading.health === '';
    this._progress.hidden = source?.totalSteps == null;
    this._progress.max = source?.totalSteps ?? 1;
    this._progress.value = Math.min(source?.step ?? 0, this._progress.max);
    setOptions(this._run, heading.runs, heading.run);
    this._run.hidden = heading.runs.length < 2;
    setOptions(this._layer, heading.layers, heading.layer);
    this._layerBox.hidden = heading.layers.length < 2;
    setOptions(
      this._expert,
      [this._trans.__('all'), ...heading.experts],
      heading.expert === null ? 0 : heading.expert + 1
    );
    this._expertBox.hidden = heading.experts.length < 2;
  }

  handleEvent(event: Event): void {
    if (event.target === this._close) {
      this._chosen.emit('close');
    } else if (event.target === this._run) {
      this._chosen.emit({ run: this._run.selectedIndex });
    } else if (event.target === this._layer) {
      this._chosen.emit({ layer: this._layer.selectedIndex });
    } else if (event.target === this._expert) {
      const { selectedIndex } = this._expert;
      this._chosen.emit({ expert: selectedIndex > 0 ? selectedIndex - 1 : null });
    }
  }

  override dispose(): void {
    if (!this.isDisposed) {
      Signal.clearData(this);
      super.dispose();
    }
  }

  protected override onAfterAttach(): void {
    this._close.addEventListener('click', this);
    this.node.addEventListener('change', this);
  }

  protected override onBeforeDetach(): void {
    this._close.removeEventListener('click', this);
    this.node.removeEventListener('change', this);
  }

  private _trans: TranslationBundle;
  private _title = element('strong');
  private _badge = element('span', { class: 'jp-switchyard-badge' });
  private _close = element('button', { class: 'jp-switchyard-close', text: '×', attributes: { type: 'button' } });
  private _progress = element('progress', { attributes: { 'aria-hidden': 'true' } });
  private _health = element('p', { class: 'jp-switchyard-health', attributes: { role: 'status' } });
  private _steps = element('span');
  private _run = element('select');
  private _layer = element('select');
  private _layerBox = element('label', {}, this._layer);
  private _expert = element('select');
  private _expertBox = element('label', {}, this._expert);
  private _chosen = new Signal<this, Choice>(this);
}
