/** @file Times pictures on the gallery's page, in the widgets that panels use. */
import { nullTranslator } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';
import type { Payload } from '@switchyard/kernel-lib/protocol';
import type { PlotlyHTMLElement } from 'plotly.js';
import type { IChartContext } from '../../../extension/charts';
import type { IPicture } from '../../../extension/panels/picture';
import { createTabs } from '../../../extension/panels/tabs';
import { readTheme } from '../../../extension/theme';

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

function context(): IChartContext {
  return { theme: readTheme(), trans, layer: 0, expert: null, choices: {} };
}

/** Resolves when plotly.js has drawn once more, or at once where the picture is no figure. */
function drawn(node: HTMLElement): Promise<void> {
  const plot = node.querySelector<PlotlyHTMLElement>('.jp-switchyard-plot');
  return plot ? new Promise((done) => plot.on('plotly_afterplot', () => done())) : Promise.resolve();
}

let subject: IPicture | undefined;

export const timing = {
  /** Draws a payload for the first time; resolves after the frame that shows it, with the milliseconds until then. */
  async first(name: string, payload: Payload): Promise<number> {
    subject?.dispose();
    subject = picture(name);
    const start = performance.now();
    subject.draw(payload, context());
    await frame();
    return performance.now() - start;
  },
  /** Draws a further payload; resolves with the milliseconds until plotly.js was done. */
  async update(payload: Payload): Promise<number> {
    const start = performance.now();
    const done = drawn(subject!.node);
    subject!.draw(payload, context());
    await done;
    return performance.now() - start;
  }
};

/** After the next frame is on its way to the screen. */
function frame(): Promise<void> {
  return new Promise((done) => requestAnimationFrame(() => setTimeout(done, 0)));
}
