/** @file The panel of a cell on a plain page, without JupyterLab: `window.gallery` shows payloads in it. */
import type { IThemeManager } from '@jupyterlab/apputils';
import { nullTranslator } from '@jupyterlab/translation';
import { Signal } from '@lumino/signaling';
import { Widget } from '@lumino/widgets';
import type { ColourScheme } from '../../../extension/base/schemes';
import { parseControlDetails } from '@switchyard/kernel-lib/protocol';
import type { Payload } from '@switchyard/kernel-lib/protocol';
import type { RunControls } from '../../../extension/control';
import { kindOf } from '../../../extension/kinds';
import { CellPanel } from '../../../extension/panels';
import { readPayload } from '../../../extension/base/reading';
import { PayloadStore } from '../../../extension/base/store';
import type { IRun } from '../../../extension/base/payloads';
import type { IView } from '../../../extension/base/view';
import { FIRST_VIEW } from '../../../extension/base/view';
import { changeableSettings } from '../../support/settings';
import { timing } from './timing';
import '@lumino/widgets/style/index.css';
import '../../../style/index.css';

/** What a kernel tells of a payload that holds a part; buffers in base64. */
interface ITold {
  data: unknown;
  buffers: string[];
}

function bytesOf({ buffers }: ITold): Uint8Array[] {
  return buffers.map((text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)));
}

/** A kernel that has answered. */
function answering(told: ITold): RunControls {
  const details = parseControlDetails(told.data, bytesOf(told))!;
  const filled = new WeakMap<Payload, Payload>();
  return {
    filled: (_: unknown, payload: Payload): Payload => {
      const known = filled.get(payload) ?? kindOf(payload).details!.filled(payload, details);
      filled.set(payload, known);
      return known;
    },
    awaits: () => false
  } as unknown as RunControls;
}

const CELL = 'cell';
let panel: CellPanel | undefined;
let store = new PayloadStore();
const { settings, change } = changeableSettings();
/** JupyterLab's manager of themes, as far as panels ask it. */
const themes = { themeChanged: new Signal<object, void>({}) };

export const gallery = {
  /** Puts on a theme of JupyterLab: its CSS, and whether it is a light one. */
  wear(css: string, light: boolean): void {
    let style = document.getElementById('theme');
    if (!style) {
      style = document.createElement('style');
      style.id = 'theme';
      document.head.append(style);
    }
    style.textContent = css;
    document.body.dataset.jpThemeLight = String(light);
    themes.themeChanged.emit(undefined);
  },
  /** Sets the colours of all pictures. */
  colour(scheme: ColourScheme): void {
    change({ colourScheme: scheme });
  },
  /** Shows payloads, each of its own run, in a new panel. */
  mount(values: unknown[], view: Partial<IView> = {}, told: ITold | null = null): void {
    panel?.dispose();
    store.dispose();
    store = new PayloadStore();
    panel = new CellPanel({
      cellId: CELL,
      store,
      view: { ...FIRST_VIEW, ...view },
      trans: nullTranslator.load(''),
      themes: themes as unknown as IThemeManager,
      settings,
      ...(told === null ? {} : { controls: answering(told) }),
      resize: () => undefined,
      close: () => undefined
    });
    store.dispatch({ type: 'outputs', cellId: CELL, readings: values.map(readPayload) });
    Widget.attach(panel, document.getElementById('panel')!);
  },
  /** A further snapshot of a run, as a kernel would send it. */
  send(value: unknown): void {
    store.dispatch({ type: 'message', cellId: CELL, reading: readPayload(value), time: Date.now() });
  },
  timing,
  /** Milliseconds from a kernel's answer to the whole picture, its buffers in base64 aside. */
  async firstWhole(value: unknown, told: ITold): Promise<number> {
    gallery.unmount();
    const payload = value as Payload;
    const buffers = bytesOf(told);
    const start = performance.now();
    const details = parseControlDetails(told.data, buffers)!;
    const picture = timing.whole(kindOf(payload).details!.filled(payload, details));
    while (picture.node.querySelector('[data-state=drawn]') === null) {
      await new Promise(requestAnimationFrame);
    }
    const milliseconds = performance.now() - start;
    picture.dispose();
    return milliseconds;
  },
  /** So many pictures of a whole graph, one below the other: the pixels of each that are drawn on. They are gone afterwards. */
  async graphs(value: unknown, told: ITold, count: number): Promise<number[]> {
    gallery.unmount();
    const payload = answering(told).filled({} as IRun, value as Payload, '');
    const pictures = Array.from({ length: count }, () => timing.whole(payload));
    const canvases = pictures.map(({ node }) => node.querySelector('canvas')!);
    while (!pictures.every(({ node }) => node.querySelector('[data-state=drawn]'))) {
      await new Promise(requestAnimationFrame);
    }
    const inks = canvases.map((canvas) => {
      const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
      const [ground, ...rest] = new Uint32Array(data.buffer);
      return rest.filter((pixel) => pixel !== ground).length;
    });
    pictures.forEach((picture) => picture.dispose());
    return inks;
  },
  unmount(): void {
    panel?.dispose();
    panel = undefined;
  }
};

export type Gallery = typeof gallery;

Object.assign(window, { gallery });
