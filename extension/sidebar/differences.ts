/** @file What is not the same in the runs that are compared: their settings, a column for each run. */
import type { TranslationBundle } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';
import type { Configuration } from '../base/configuration';
import { differencesTable } from '../base/configuration';
import { element, tableElement } from '../base/dom';

export class Differences extends Widget {
  constructor(trans: TranslationBundle) {
    super();
    this.addClass('jp-switchyard-differences');
    this._trans = trans;
    this.hide();
  }

  /** Shows in what these runs differ; nothing of fewer than two. */
  compare(runs: readonly { title: string; configuration: Configuration }[]): void {
    const table = runs.length < 2 ? null : differencesTable(runs, this._trans);
    const known = runs.some(({ configuration }) => Object.keys(configuration).length > 0);
    const shown = JSON.stringify([table, known]);
    this.setHidden(table === null || !known);
    if (shown === this._shown) {
      return;
    }
    this._shown = shown;
    const caption = element('caption', { text: this._trans.__('What differs') });
    this.node.replaceChildren(
      table === null || table.rows.length === 0
        ? element('p', { class: 'jp-switchyard-state', text: this._trans.__('All these runs have the same settings.') })
        : tableElement(table, caption)
    );
  }

  private _trans: TranslationBundle;
  private _shown = '';
}
