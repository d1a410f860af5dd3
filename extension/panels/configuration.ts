/** @file The settings of a run as a table that the reader opens; not there where none are known. */
import type { TranslationBundle } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';
import type { Configuration as Settings } from '../base/configuration';
import { configurationTable } from '../base/configuration';
import { Numbers } from './numbers';

export class Configuration extends Widget {
  constructor(trans: TranslationBundle) {
    const numbers = new Numbers(trans.__('Configuration'), trans.__('Settings of the run'), { trans });
    super({ node: numbers.node });
    this.addClass('jp-switchyard-configuration');
    this._trans = trans;
    this._numbers = numbers;
    this.hide();
  }

  describe(settings: Settings): void {
    this.setHidden(Object.keys(settings).length === 0);
    if (settings !== this._shown) {
      this._shown = settings;
      this._numbers.show(configurationTable(settings, this._trans));
    }
  }

  private _trans: TranslationBundle;
  private _numbers: Numbers;
  private _shown: Settings | null = null;
}
