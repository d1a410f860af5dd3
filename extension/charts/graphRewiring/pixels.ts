/** @file Lines and discs in an array of pixels: a hundred thousand lines take a browser's canvas seconds on a screen of two pixels to a point. */

/** Opaque pixels, each 0xAABBGGRR as in an ImageData of a little-endian machine. */
export interface IPixels {
  data: Uint32Array;
  width: number;
  height: number;
}

/** How a line is drawn; lengths in pixels. */
export interface IStroke {
  width: number;
  colour: number;
  /** Lengths of dashes and gaps; absent of a solid line. */
  dash?: readonly [number, number];
}

/** Puts a colour over a pixel with so much of 256. */
function blend(data: Uint32Array, at: number, colour: number, share: number): void {
  const [under, left] = [data[at], 256 - share];
  // Two channels at a time: their products stay apart.
  const redBlue = (((under & 0xff00ff) * left + (colour & 0xff00ff) * share) >>> 8) & 0xff00ff;
  const green = (((under & 0x00ff00) * left + (colour & 0x00ff00) * share) >>> 8) & 0x00ff00;
  data[at] = 0xff000000 | redBlue | green;
}

/** Draws a line between two points, with soft edges; what is outside is left out. */
export function drawLine(pixels: IPixels, x0: number, y0: number, x1: number, y1: number, stroke: IStroke): void {
  const { width, height } = pixels;
  const isSteep = Math.abs(y1 - y0) > Math.abs(x1 - x0);
  if (isSteep) {
    march(pixels, [y0, x0, y1, x1], [height, width], [width, 1], stroke);
  } else {
    march(pixels, [x0, y0, x1, y1], [width, height], [1, width], stroke);
  }
}

/** Goes along the axis on which a line is longer, and fills across it. Sizes and strides: of that axis, of the other. */
function march(
  { data }: IPixels,
  [a0, b0, a1, b1]: [number, number, number, number],
  [along, across]: [number, number],
  [stride, strideAcross]: [number, number],
  { width, colour, dash }: IStroke
): void {
  const isForward = a0 <= a1;
  const [start, end] = isForward ? [a0, a1] : [a1, a0];
  const slope = a1 === a0 ? 0 : (b1 - b0) / (a1 - a0);
  const base = b0 - slope * a0;
  const length = Math.sqrt(1 + slope * slope);
  const half = (Math.max(1, width) / 2) * length;
  // A line thinner than a pixel is as thin as one, and fainter.
  const strength = 256 * Math.min(1, width);
  let [from, to] = [Math.max(0, Math.round(start)), Math.min(along - 1, Math.round(end) - 1)];
  if (to < from && start >= 0 && start < along) {
    // Shorter than a pixel.
    to = from = Math.floor(start);
  }
  if (slope !== 0) {
    // Only where it is inside across as well.
    const [p, q] = [(-half - base) / slope, (across + half - base) / slope];
    [from, to] = [Math.max(from, Math.floor(Math.min(p, q))), Math.min(to, Math.ceil(Math.max(p, q)))];
  } else if (base + half < 0 || base - half > across) {
    return;
  }
  const [on, period] = dash ? [dash[0], dash[0] + dash[1]] : [1, 0];
  for (let a = from; a <= to; a++) {
    if (period > 0 && ((((isForward ? a + 0.5 - start : end - a - 0.5) * length) % period) + period) % period >= on) {
      continue;
    }
    const middle = base + slope * (a + 0.5);
    const [low, high] = [middle - half, middle + half];
    const last = Math.min(across - 1, Math.floor(high));
    for (let b = Math.max(0, Math.floor(low)); b <= last; b++) {
      const covered = (high < b + 1 ? high : b + 1) - (low > b ? low : b);
      const share = (covered * strength) | 0;
      if (share > 0) {
        blend(data, a * stride + b * strideAcross, colour, share);
      }
    }
  }
}

/** Draws a disc with a soft edge. */
export function drawDisc({ data, width, height }: IPixels, x: number, y: number, radius: number, colour: number): void {
  const reach = radius + 0.5;
  const [left, right] = [Math.max(0, Math.floor(x - reach)), Math.min(width - 1, Math.floor(x + reach))];
  const [top, bottom] = [Math.max(0, Math.floor(y - reach)), Math.min(height - 1, Math.floor(y + reach))];
  for (let row = top; row <= bottom; row++) {
    for (let column = left; column <= right; column++) {
      const [dx, dy] = [column + 0.5 - x, row + 0.5 - y];
      const share = 256 * Math.min(1, reach - Math.sqrt(dx * dx + dy * dy));
      if (share > 0) {
        blend(data, row * width + column, colour, share | 0);
      }
    }
  }
}
