/** @file The list of runs: a button for each, and two more that pin it and compare with it. Rows are changed in place. */
import type { TranslationBundle } from '@jupyterlab/translation';
import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';
import { Widget } from '@lumino/widgets';
import { element, setChildren } from '../base/dom';
import type { IRunRow } from './listRuns';
import type { RunHandle } from './runHandle';
import { MOST_COMPARED } from './selection';

export interface IListEntry {
  handle: RunHandle;
  row: IRunRow;
  shown: boolean;
  pinned: boolean;
  compared: boolean;
  /** Whether no further run can be compared. */
  full: boolean;
}

/** Action of the reader on a run. */
export interface IRunAction {
  handle: RunHandle;
  action: 'show' | 'pin' | 'compare' | 'reveal';
}

export class RunList extends Widget {
  constructor(trans: TranslationBundle) {
    super({ node: element('ul', { attributes: { 'aria-label': trans.__('Runs') } }) });
    this.addClass('jp-switchyard-runs');
    this._trans = trans;
  }

  get acted(): ISignal<this, IRunAction> {
    return this._acted;
  }

  list(entries: readonly IListEntry[]): void {
    const rows = entries.map(({ handle }) => this._rows.get(handle) ?? this._create(handle));
    rows.forEach((row, i) => this._describe(row, entries[i]));
    setChildren(
      this.node,
      rows.map(({ node }) => node)
    );
  }

  override dispose(): void {
    if (!this.isDisposed) {
      Signal.clearData(this);
      super.dispose();
    }
  }

  private _create(handle: RunHandle): IRow {
    const button = (action: IRunAction['action'], name: string, text = ''): HTMLButtonElement => {
      const node = element('button', { class: `jp-switchyard-run-${name}`, text, attributes: { type: 'button' } });
      node.onclick = () => this._acted.emit({ handle, action });
      return node;
    };
    const [title, state, details] = [element('strong'), element('span'), element('small')];
    const health = element('span', { class: 'jp-switchyard-health' });
    state.className = 'jp-switchyard-badge';
    const show = button('show', 'show');
    show.append(title, state, details, health);
    const pin = button('pin', 'toggle', this._trans.__('Pin'));
    const compare = button('compare', 'toggle', this._trans.__('Compare'));
    const cell = button('reveal', 'toggle');
    const node = element('li', {}, show, element('span', {}, cell, pin, compare));
    const row = { node, show, title, state, details, health, cell, pin, compare };
    this._rows.set(handle, row);
    return row;
  }

  private _describe(nodes: IRow, { row, shown, pinned, compared, full }: IListEntry): void {
    const trans = this._trans;
    nodes.title.textContent = row.title;
    nodes.title.title = row.title;
    nodes.state.textContent = row.state;
    nodes.state.hidden = row.state === '';
    nodes.details.textContent = row.details.join(' · ');
    nodes.health.textContent = row.health;
    nodes.health.hidden = row.health === '';
    nodes.cell.textContent = row.cell ?? '';
    nodes.cell.hidden = row.cell === null;
    nodes.cell.title = trans.__('Go to the cell of this run');
    nodes.show.setAttribute('aria-current', String(shown));
    nodes.pin.setAttribute('aria-pressed', String(pinned));
    nodes.pin.setAttribute('aria-label', trans.__('Pin %1', row.title));
    nodes.pin.title = trans.__('Keep this run here when another notebook is in front');
    nodes.compare.setAttribute('aria-pressed', String(compared));
    nodes.compare.setAttribute('aria-label', trans.__('Compare with %1', row.title));
    nodes.compare.title = full && !compared ? mostWords(trans) : trans.__('Show this run beside the one in view');
    nodes.compare.disabled = !compared && (shown || full);
  }

  private _trans: TranslationBundle;
  private _acted = new Signal<this, IRunAction>(this);
  private _rows = new WeakMap<RunHandle, IRow>();
}

/** Words for a comparison that has no room. */
export function mostWords(trans: TranslationBundle): string {
  return trans.__('%1 runs are compared, the most: take one away before another.', MOST_COMPARED);
}

interface IRow {
  node: HTMLElement;
  show: HTMLElement;
  title: HTMLElement;
  state: HTMLElement;
  details: HTMLElement;
  health: HTMLElement;
  cell: HTMLButtonElement;
  pin: HTMLButtonElement;
  compare: HTMLButtonElement;
}
