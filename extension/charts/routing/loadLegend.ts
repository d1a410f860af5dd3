/** @file The meaning of the colours of loads, in words and samples, for where there is no bar of colours. */
import type { TranslationBundle } from '@jupyterlab/translation';
import { LOAD_MARKS, loadMark } from '@switchyard/kernel-lib/protocol';
import type { IColours } from '../../base/colours';
import { loadColour } from '../../base/colours';
import { element } from '../../base/dom';

export class LoadLegend {
  readonly node: HTMLElement;

  constructor(trans: TranslationBundle) {
    this._samples = LOAD_MARKS.map(() => element('i', { attributes: { 'aria-hidden': 'true' } }));
    const marks = LOAD_MARKS.map((mark, i) =>
      element('span', {}, this._samples[i], new Text(mark === 1 ? trans.__('fair share') : loadMark(mark)))
    );
    this.node = element('p', { class: 'jp-switchyard-legend' }, ...marks);
  }

  show(colours: IColours): void {
    this._samples.forEach((sample, i) => (sample.style.backgroundColor = loadColour(LOAD_MARKS[i], colours)));
  }

  private _samples: HTMLElement[];
}
