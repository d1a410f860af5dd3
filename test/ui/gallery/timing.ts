/** @file Times pictures on the gallery's page, in the widgets that panels use. */
import { nullTranslator } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';
import type { Payload } from '@switchyard/kernel-lib/protocol';
import type { PlotlyHTMLElement } from 'plotly.js';
import type { IChartContext } from '../../../extension/charts/figure';
import type { IPicture } from '../../../extension/panels/picture';
import { createTabs } from '../../../extension/panels/tabs';
import { readTheme } from '../../../extension/base/theme';

const trans = nullTranslator.load('');

/** The picture of a name in a panel's place. */
function picture(name: string): IPicture {
  for (const tab of createTabs(trans)) {
    const pictures = tab.create();
    const found = pictures.find(({ node }) => node.dataset.picture === name);
    pictures.filter((each) => each !== found).forEach((each) => each.dispose());
    if (found) {
      Widget.attach(found, document.getElementById('panel')!);
      return found;
    }
  }
  throw new Error(`there is no picture ${name}`);
}

/** What the reader looks at, as far as it is not the first of everything. */
export type Look = Partial<Pick<IChartContext, 'layer' | 'expert' | 'choices'>>;

function context(look: Look = {}): IChartContext {
  return { theme: readTheme(), trans, layer: 0, expert: null, choices: {}, ...look };
}

/** Resolves when plotly.js has drawn once more, or at once where the picture is no figure. */
function drawn(node: HTMLElement): Promise<void> {
  const plot = node.querySelector<PlotlyHTMLElement>('.jp-switchyard-plot');
  return plot ? new Promise((done) => plot.on('plotly_afterplot', () => done())) : Promise.resolve();
}

let subject: IPicture | undefined;

/** The figure of the subject without the names that plotly.js makes up for it. */
interface IPlot extends PlotlyHTMLElement {
  _fullLayout: { _uid: string };
  _fullData: { uid: string }[];
}

export const timing = {
  /** Draws a payload for the first time; resolves after the frame that shows it, with the milliseconds until then. */
  async first(name: string, payload: Payload, look?: Look): Promise<number> {
    subject?.dispose();
    subject = picture(name);
    const start = performance.now();
    subject.draw(payload, context(look));
    await frame();
    return performance.now() - start;
  },
  /** A picture of the whole graph of a payload. */
  whole(payload: Payload): IPicture {
    const own = picture('graph-whole');
    own.draw(payload, context());
    return own;
  },
  /** Draws a further payload; resolves with the milliseconds until plotly.js was done. */
  async update(payload: Payload, look?: Look): Promise<number> {
    const start = performance.now();
    const done = drawn(subject!.node);
    subject!.draw(payload, context(look));
    await done;
    return performance.now() - start;
  },
  /** Whether plotly.js drew the whole figure for a further payload. */
  async redraws(payload: Payload, look?: Look): Promise<boolean> {
    let whole = false;
    plot().on('plotly_beforeplot', () => (whole = true));
    await timing.update(payload, look);
    plot().removeAllListeners('plotly_beforeplot');
    return whole;
  },
  /** All that plotly.js has drawn, as markup. */
  markup(): string {
    const { _fullLayout, _fullData } = plot();
    const ids = [_fullLayout._uid, ..._fullData.map(({ uid }) => uid)];
    return ids.reduce((markup, id, i) => markup.replaceAll(id, `id-${i}`), plot().innerHTML);
  }
};

function plot(): IPlot {
  return subject!.node.querySelector<IPlot>('.jp-switchyard-plot')!;
}

/** After the next frame is on its way to the screen. */
function frame(): Promise<void> {
  return new Promise((done) => requestAnimationFrame(() => setTimeout(done, 0)));
}
