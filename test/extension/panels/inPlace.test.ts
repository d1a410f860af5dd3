// @vitest-environment jsdom
/** What is drawn in place rests on functions of plotly.js that are its own: another version may have others. */
import '../support/browser';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config, Data, Layout } from 'plotly.js';
import { beforeAll, expect, test } from 'vitest';
import type { PlotlyApi } from '../../../extension/base/plotly';
import { loadPlotly } from '../../../extension/base/plotly';
import type { IDrawing } from '../../../extension/panels/redraw';
import { drawInPlace, frameKey } from '../../../extension/panels/redraw';

const ROOT = join(__dirname, '../../..');

let plotly: PlotlyApi;

/** jsdom has no canvas and measures nothing: a canvas that keeps its pixels as text, and texts of one size. */
beforeAll(async () => {
  const box = { x: 0, y: 0, width: 40, height: 12 };
  Object.assign(SVGElement.prototype, { getBBox: () => box, getComputedTextLength: () => 40 });
  Object.assign(URL, { createObjectURL: () => 'blob:none' });
  HTMLCanvasElement.prototype.getContext = function (this: HTMLCanvasElement) {
    return {
      createImageData: (width: number, height: number) => ({ data: new Uint8ClampedArray(4 * width * height) }),
      putImageData: ({ data }: ImageData) => (this.dataset.pixels = data.join())
    };
  } as unknown as HTMLCanvasElement['getContext'];
  HTMLCanvasElement.prototype.toDataURL = function () {
    return `data:${this.dataset.pixels}`;
  };
  plotly = await loadPlotly();
});

function drawing(z: number[][], most = 4): IDrawing {
  const tick = { tickvals: [0, most], ticktext: ['none', `${most} at most`], title: { text: `up to ${most}` } };
  const scale: [number, string][] = [
    [0, 'rgb(0, 0, 0)'],
    [1, 'rgb(200, 100, 0)']
  ];
  const cells = { z, customdata: z, text: z.map((row) => row.map(String)), hoverinfo: 'text' };
  const sums = z.map((row) => `sum ${row[0] + row[1]}`);
  return {
    data: [
      { type: 'heatmap', ...cells, zmin: 0, zmax: most, colorscale: scale, colorbar: tick },
      { type: 'scatter', mode: 'text', x: [1.5, 1.5], y: [0, 1], text: sums, hoverinfo: 'skip' }
    ] as unknown as Data[],
    layout: { width: 400, height: 300, margin: { autoexpand: false, l: 40, r: 90, t: 20, b: 20 } } as Partial<Layout>,
    config: {} as Partial<Config>
  };
}

async function whole(drawn: IDrawing): Promise<HTMLElement> {
  const node = document.createElement('div');
  document.body.append(node);
  await plotly.react(node, drawn.data, drawn.layout, drawn.config);
  return node;
}

interface IStanding {
  calcdata: { z?: number[][]; tx?: string }[][];
}

/** What is seen: the pixels, the texts of figure and colour bar; and what a pointer would be told. */
function seen(node: HTMLElement): object {
  const { calcdata } = node as unknown as IStanding;
  return {
    pixels: node.querySelector('.heatmaplayer image')!.getAttribute('href'),
    texts: Array.from(node.querySelectorAll('text'), ({ textContent }) => textContent),
    cells: calcdata[0][0].z,
    labels: calcdata[1].map(({ tx }) => tx)
  };
}

const BEFORE = [[1, 2], [3, 4]]; // prettier-ignore
const AFTER = [[4, 0], [2, 1]]; // prettier-ignore

test('plotly.js is of one version, which is the one tried here', () => {
  const read = (file: string): unknown => JSON.parse(readFileSync(join(ROOT, file), 'utf8'));
  const { dependencies } = read('package.json') as { dependencies: Record<string, string> };
  const { version } = read('node_modules/plotly.js/package.json') as { version: string };
  expect(dependencies['plotly.js']).toBe(version);
});

test('new numbers in a heatmap that stands are seen as in one that is drawn whole from them', async () => {
  const node = await whole(drawing(BEFORE));
  const before = seen(node);
  const next = drawing(AFTER, 5);
  expect(frameKey(next)).toBe(frameKey(drawing(BEFORE)));
  expect(drawInPlace(plotly, node, next)).toBe(true);
  const fresh = seen(await whole(next));
  expect(seen(node)).toEqual(fresh);
  expect(fresh).not.toEqual(before);
  expect(fresh).toMatchObject({ cells: AFTER, labels: ['sum 4', 'sum 3'] });
  expect((fresh as { texts: string[] }).texts).toEqual(expect.arrayContaining(['5 at most', 'up to 5', 'sum 4']));
  // Black for 0 of 5, and 4 parts of 5 of the other end for 4.
  expect((fresh as { pixels: string }).pixels).toContain('0,0,0,255');
  expect((fresh as { pixels: string }).pixels).toContain('160,80,0,255');
});

test('where nothing stands, or what stands lacks a text, it is drawn whole', async () => {
  expect(drawInPlace(plotly, document.createElement('div'), drawing(AFTER))).toBe(false);
  const node = await whole(drawing(BEFORE));
  node.querySelector('.textpoint')!.remove();
  expect(drawInPlace(plotly, node, drawing(AFTER))).toBe(false);
});

/** Lines of a run on axes that follow them, with labels that lie level on both. */
function lines(values: number[]): IDrawing {
  const axis = { title: { text: 'loss', standoff: 4 }, automargin: true, tickangle: 0, ticklabeloverflow: 'allow' };
  return {
    data: [{ type: 'scatter', mode: 'lines', x: values.map((_, i) => i), y: values }],
    layout: {
      ...{ width: 400, height: 300, margin: { autoexpand: false, l: 60, r: 10, t: 20, b: 40 } },
      xaxis: { ...axis, dtick: values.length > 20 ? 10 : 2 },
      yaxis: axis
    } as Partial<Layout>,
    config: {} as Partial<Config>
  };
}

interface IAxes {
  _fullLayout: Record<'xaxis' | 'yaxis', { range: number[]; _depth: number }>;
}

/** Ranges of the axes, room that their labels take, and places of labels, titles and lines. */
function axesOf(node: HTMLElement): object {
  const { xaxis, yaxis } = (node as unknown as IAxes)._fullLayout;
  const texts = Array.from(node.querySelectorAll('.xaxislayer-above text, .yaxislayer-above text, .infolayer text'));
  return {
    ranges: [xaxis.range, yaxis.range],
    depths: [xaxis._depth, yaxis._depth],
    texts: texts.map((text) => [text.textContent, ...['x', 'y', 'transform'].map((name) => text.getAttribute(name))]),
    lines: Array.from(node.querySelectorAll('.js-line, .gridlayer path'), (path) => [path.getAttribute('d'), path.getAttribute('transform')]) // prettier-ignore
  };
}

test('axes follow new numbers, with titles that stay clear of their labels', async () => {
  // Letters of 10 pixels, where each text begins.
  SVGElement.prototype.getBoundingClientRect = function () {
    const width = 10 * (this.textContent?.length ?? 0);
    return { left: 60 - width, right: 60, width, top: 0, bottom: 12, height: 12, x: 60 - width, y: 0 } as DOMRect;
  };
  const few = lines([1, 2, 3]);
  const many = lines(Array.from({ length: 40 }, (_, i) => 123_456 * i));
  for (const [before, after] of [
    [few, many],
    [many, few]
  ]) {
    const node = await whole(before);
    const stood = axesOf(node);
    expect(drawInPlace(plotly, node, structuredClone(after))).toBe(true);
    const fresh = axesOf(await whole(after));
    expect(axesOf(node)).toEqual(fresh);
    for (const of of ['ranges', 'depths', 'texts', 'lines'] as const) {
      expect(fresh[of as keyof typeof fresh]).not.toEqual(stood[of as keyof typeof stood]);
    }
  }
});
