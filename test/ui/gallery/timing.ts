/** @file Times pictures on the gallery's page, in the widgets that panels use. */
import { nullTranslator } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';
import type { Payload } from '@switchyard/kernel-lib/protocol';
import type { PlotlyHTMLElement } from 'plotly.js';
import type { IChartContext } from '../../../extension/charts/figure';
import type { IPicture } from '../../../extension/panels/picture';
import { createTabs } from '../../../extension/panels/tabs';
import { readTheme } from '../../../extension/base/theme';
import type { IView } from '../../../extension/base/view';

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

/** Pictures that stand; the first is the one that is looked at. */
let subjects: IPicture[] = [];
/** What the reader chose last in a subject. */
let chosen: Partial<IView> | undefined;

/** An axis of plotly.js, from numbers to pixels. */
interface IAxis {
  c2p: (value: number) => number;
  _offset: number;
}

/** The figure of the subject without the names that plotly.js makes up for it. */
interface IPlot extends PlotlyHTMLElement {
  _fullLayout: { _uid: string; xaxis: IAxis; yaxis: IAxis };
  _fullData: { uid: string }[];
  calcdata: { x: number; y: number; tx?: string }[][];
  _hmlumcount: number;
  _hmpixcount: number;
}

export const timing = {
  /** Draws a payload for the first time, in one picture or several; resolves after the frame that shows it, with the milliseconds until then. */
  async first(names: string | string[], payload: Payload, look?: Look): Promise<number> {
    subjects.forEach((each) => each.dispose());
    subjects = [names].flat().map(picture);
    subjects[0].looked.connect((_, view) => (chosen = view));
    const start = performance.now();
    subjects.forEach((each) => each.draw(payload, context(look)));
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
    const done = Promise.all(subjects.map(({ node }) => drawn(node)));
    subjects.forEach((each) => each.draw(payload, context(look)));
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
  looked(): Partial<IView> | undefined {
    return chosen;
  },
  /** Pixels in the page of a point that has words, the middle one of the last trace with points. */
  place(): { x: number; y: number } {
    const { _fullLayout, calcdata } = plot();
    const { xaxis, yaxis } = _fullLayout;
    const points = calcdata.map((trace) => trace.filter(({ x, y, tx }) => tx && Number.isFinite(xaxis.c2p(x)) && Number.isFinite(yaxis.c2p(y)))).filter(({ length }) => length > 0).at(-1)!; // prettier-ignore
    const { x, y } = points[points.length >> 1];
    const { left, top } = plot().getBoundingClientRect();
    return { x: left + xaxis._offset + xaxis.c2p(x), y: top + yaxis._offset + yaxis.c2p(y) };
  },
  /** Mean lightness of a heatmap's cells, which what is dragged over them stands out from; 0 of other figures. */
  lightness(): number {
    const { _hmlumcount: sum, _hmpixcount: pixels } = plot();
    return pixels > 0 ? sum / pixels : 0;
  },
  /** All that plotly.js has drawn, as markup, the attributes of each element by name, and the images as the browser encodes their pixels. */
  async markup(): Promise<string> {
    const { _fullLayout, _fullData } = plot();
    const ids = [_fullLayout._uid, ..._fullData.map(({ uid }) => uid)];
    const copy = plot().cloneNode(true) as HTMLElement;
    await Promise.all(Array.from(copy.querySelectorAll('image'), encodeAgain));
    copy.querySelectorAll('*').forEach((node) => {
      const attributes = [...node.attributes].sort((a, b) => (a.name < b.name ? -1 : 1));
      attributes.forEach((each) => node.removeAttributeNode(each));
      attributes.forEach((each) => node.setAttributeNode(each));
    });
    return ids.reduce((markup, id, i) => markup.replaceAll(id, `id-${i}`), copy.innerHTML);
  }
};

/** One image may be encoded in many ways. */
async function encodeAgain(node: SVGImageElement): Promise<void> {
  const image = new Image();
  image.src = node.href.baseVal;
  await image.decode();
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [image.width, image.height];
  canvas.getContext('2d')!.drawImage(image, 0, 0);
  node.setAttribute('href', canvas.toDataURL());
}

function plot(): IPlot {
  return subjects[0].node.querySelector<IPlot>('.jp-switchyard-plot')!;
}

/** After the next frame is on its way to the screen. */
function frame(): Promise<void> {
  return new Promise((done) => requestAnimationFrame(() => setTimeout(done, 0)));
}
