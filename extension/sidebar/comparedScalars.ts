/** @file The scalars of the runs that are compared, in one figure, under a key of their colours. */
import type { TranslationBundle } from '@jupyterlab/translation';
import type { ISignal } from '@lumino/signaling';
import { PanelLayout, Widget } from '@lumino/widgets';
import type { Payload } from '@switchyard/kernel-lib/protocol';
import { element, setChildren } from '../base/dom';
import type { ITheme } from '../base/theme';
import type { IView } from '../base/view';
import { isSeriesAgain, seriesColour } from '../charts/amounts';
import type { IComparedRun } from '../charts/comparedScalars';
import { comparedScalars } from '../charts/comparedScalars';
import type { IChartContext } from '../charts/figure';
import { kindOf } from '../kinds';
import { FigurePicture } from '../panels';

export class ComparedScalars extends Widget {
  constructor(trans: TranslationBundle) {
    super();
    this.addClass('jp-switchyard-comparedScalars');
    this._picture = new FigurePicture({
      id: 'compared-scalars',
      title: trans.__('Scalars of all compared runs'),
      trans,
      chart: (_, context) => comparedScalars(this._runs, context)
    });
    const layout = (this.layout = new PanelLayout());
    layout.addWidget(new Widget({ node: this._key }));
    layout.addWidget(this._picture);
    this.hide();
  }

  /** Emits what the reader chose in the picture. */
  get looked(): ISignal<FigurePicture, Partial<IView>> {
    return this._picture.looked;
  }

  /** Shows the scalars of these runs; nothing of fewer than two that have some. */
  compare(runs: readonly { title: string; payload: Payload }[], context: IChartContext): void {
    this._runs = runs.flatMap(({ title, payload }) => {
      const series = kindOf(payload).scalars?.(payload, context) ?? null;
      return series === null ? [] : [{ title, ...series }];
    });
    this.setHidden(this._runs.length < 2);
    if (!this.isHidden) {
      setChildren(this._key, keyOf(this._runs, context.theme));
      this._picture.draw(runs[0].payload, context);
    }
  }

  private _runs: IComparedRun[] = [];
  private _key = element('div', { class: 'jp-switchyard-legend' });
  private _picture: FigurePicture;
}

/** A name in its colour for each run. */
function keyOf(runs: readonly IComparedRun[], { colours }: ITheme): Node[] {
  return runs.map(({ title }, run) => {
    const mark = element('i');
    const colour = seriesColour(run, colours);
    mark.style.background = isSeriesAgain(run, colours)
      ? `repeating-linear-gradient(90deg, ${colour} 0 3px, transparent 3px 5px)`
      : colour;
    return element('span', {}, mark, document.createTextNode(title));
  });
}
