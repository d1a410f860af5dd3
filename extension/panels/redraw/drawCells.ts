/** @file The cells of a heatmap that stands, drawn from its numbers. */
import type { Rgb } from '../../base/colours';
import { luminance } from '../../base/colours';
import type { PlotlyApi } from '../../base/plotly';
import type { IRun, Pixel } from './bricksPng';
import { bricksPng, WIDEST } from './bricksPng';
import type { IAxis, ICells, IFullTrace, IStanding, ISubplot } from './standing';

const XLINK = 'http://www.w3.org/1999/xlink';
const CLEAR: Pixel = [0, 0, 0, 0];

/** Draws the cells of a trace's numbers, by ourselves where that is quicker. */
export function drawCells(plotly: PlotlyApi, plot: IStanding, index: number): void {
  const full = plot._fullData[index];
  plot._hmpixcount = plot._hmlumcount = 0;
  const subplot = plot._fullLayout._plots[full.xaxis + full.yaxis];
  if (!drawBricks(plotly, plot, subplot, index)) {
    full._module.plot(plot, subplot, [plot.calcdata[index]], subplot.plot.select('.heatmaplayer'));
    full._module.style(plot);
  }
}

/** Draws the image that plotly.js would, in which each cell is a brick; false where it would have a pixel for each cell, or none is in view. */
function drawBricks(
  plotly: PlotlyApi,
  plot: IStanding,
  { plot: layers, xaxis, yaxis }: ISubplot,
  index: number
): boolean {
  const full = plot._fullData[index];
  const { xgap = 0, ygap = 0 } = full;
  const image = layers.node()!.querySelector('.heatmaplayer image');
  const cells = plot.calcdata[index][0] as ICells;
  const isEven = full._islinear === true && xgap === 0 && ygap === 0;
  const [across, down] = [bricks(cells.x, xgap, xaxis), bricks(cells.y, ygap, yaxis)];
  if (image === null || isEven || across === null || down === null) {
    return false;
  }
  const colour = colouring(plotly, full);
  const pixels = (row: number, column: number): Pixel => {
    const value = row < 0 || column < 0 ? undefined : cells.z[row][column];
    return value === undefined ? CLEAR : colour(value);
  };
  const rows = down.runs.map(({ count, of: row }) => ({
    count,
    of: across.runs.map((run) => ({ count: run.count, of: pixels(row, run.of) }))
  }));
  const place = { x: across.start, y: down.start, width: across.length, height: down.length };
  Object.entries(place).forEach(([name, value]) => setAttribute(image, name, String(value)));
  image.setAttributeNS(XLINK, 'xlink:href', bricksPng(rows));
  [plot._hmpixcount, plot._hmlumcount] = lightness(rows);
  return true;
}

function setAttribute(node: Element, name: string, value: string): void {
  if (node.getAttribute(name) !== value) {
    node.setAttribute(name, value);
  }
}

/** Pixels of an image along an axis. */
interface IBricks {
  start: number;
  length: number;
  /** Of indices of cells; -1 is a gap. */
  runs: IRun<number>[];
}

/** Cells between these edges, as far as they are in view or nearly, with a gap of at most a pixel after each; null where none is, or an image has no room for them. */
function bricks(edges: readonly number[], gap: number, { type, c2p, _length: room }: IAxis): IBricks | null {
  const places = edges.map((edge) => c2p(edge));
  const ends = [places[0], places[places.length - 1]].sort((a, b) => a - b);
  const [start, end] = [Math.max(-room / 2, ends[0]), Math.min(1.5 * room, ends[1])];
  const length = Math.round(end - start);
  if (type !== 'linear' || gap > 1 || !(start < room && end > 0) || length < 1 || length > WIDEST) {
    return null;
  }
  const pixels = places.map((place) => Math.min(Math.max(Math.round(place - start), 0), length));
  const cells = pixels.slice(1).map((to, i) => ({ cell: i, count: Math.abs(to - pixels[i]) }));
  const runs = (places[0] === ends[0] ? cells : cells.reverse())
    .filter(({ count }) => count > 0)
    .flatMap(({ cell, count }) => [
      { count: count - gap, of: cell },
      { count: gap, of: -1 }
    ]);
  return { start, length, runs: runs.filter(({ count }) => count > 0) };
}

/** Colours of values, kept as long as the scale is the same. */
const scales = new WeakMap<IFullTrace, (value: number) => Pixel>();

/** The scale of a trace is another one. */
export function forgetColours(full: IFullTrace): void {
  scales.delete(full);
}

function colouring(plotly: PlotlyApi, full: IFullTrace): (value: number) => Pixel {
  const known = scales.get(full);
  if (known !== undefined) {
    return known;
  }
  const scale = plotly.colourScale(full);
  const colour = (value: number): Pixel => {
    const [red, green, blue, opacity] = scale(value);
    return [Math.round(red), Math.round(green), Math.round(blue), Math.round(255 * opacity)];
  };
  scales.set(full, colour);
  return colour;
}

/** Pixels that have a colour, and the lightness of their mean for each of them. */
function lightness(rows: readonly IRun<readonly IRun<Pixel>[]>[]): [pixels: number, sum: number] {
  let pixels = 0;
  const sums: Rgb = [0, 0, 0];
  for (const { count, of } of rows) {
    for (const { count: across, of: pixel } of of.filter((run) => run.of !== CLEAR)) {
      pixels += count * across;
      sums.forEach((_, i) => (sums[i] += count * across * pixel[i]));
    }
  }
  return [pixels, pixels * luminance(sums.map((sum) => sum / Math.max(1, pixels)) as Rgb)];
}
