import { expect, test } from 'vitest';
import type { IPixels } from '../../../../extension/charts/graphRewiring/pixels';
import { drawDisc, drawLine } from '../../../../extension/charts/graphRewiring/pixels';

const WHITE = 0xffffffff;
const BLACK = 0xff000000;

function blank(width = 20, height = 12): IPixels {
  return { data: new Uint32Array(width * height).fill(WHITE), width, height };
}

/** How black each pixel is, 0 to 1, [rows][columns]. */
function ink({ data, width, height }: IPixels): number[][] {
  return Array.from({ length: height }, (_, row) =>
    Array.from({ length: width }, (_, column) => 1 - (data[row * width + column] & 0xff) / 255)
  );
}

const total = (pixels: IPixels): number =>
  ink(pixels)
    .flat()
    .reduce((sum, each) => sum + each, 0);
const line = (...[x0, y0, x1, y1]: number[]): IPixels => {
  const pixels = blank();
  drawLine(pixels, x0, y0, x1, y1, { width: 1, colour: BLACK });
  return pixels;
};

test('a level line fills the row of pixels that it lies in, one between two rows half of each', () => {
  const rows = ink(line(2, 5.5, 12, 5.5)).map((row) => row.reduce((sum, each) => sum + each, 0));
  expect(rows.map((sum) => Math.round(sum))).toEqual([0, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0, 0]);
  const between = ink(line(2, 6, 12, 6));
  expect([between[5][4], between[6][4], between[5][1], between[5][12]].map((each) => Math.round(10 * each))).toEqual([5, 5, 0, 0]); // prettier-ignore
});

test('a line has the ink of its length and width, whichever way it leads, drawn from either end', () => {
  for (const [dx, dy] of [
    [9, 0],
    [0, 9],
    [7, 5],
    [5, 7],
    [6, -5],
    [-6, 5],
    [-3, -8]
  ]) {
    // prettier-ignore
    for (const width of [1, 2, 0.5]) {
      const pixels = blank(40, 40);
      drawLine(pixels, 20.3, 20.4, 20.3 + dx, 20.4 + dy, { width, colour: BLACK });
      const wanted = Math.hypot(dx, dy) * width;
      expect(Math.abs(total(pixels) - wanted) / wanted, `${dx} ${dy} ${width}`).toBeLessThan(0.16);
      const back = blank(40, 40);
      drawLine(back, 20.3 + dx, 20.4 + dy, 20.3, 20.4, { width, colour: BLACK });
      expect(Array.from(back.data)).toEqual(Array.from(pixels.data));
    }
  }
});

test('what is outside is left out, and changes nothing inside', () => {
  expect(total(line(-50, -3, 60, -2))).toBe(0);
  expect(total(line(30, 5, 90, 5))).toBe(0);
  expect(total(line(-9, 40, 30, 14))).toBe(0);
  const through = line(-1e7, 5.5, 1e7, 5.5);
  expect(Math.round(total(through))).toBe(20);
  const inside = ink(line(-10, -4, 30, 12));
  expect(inside.flat().filter((each) => each > 0).length).toBeGreaterThan(20);
});

test('a line shorter than a pixel is a dot, not nothing', () => {
  expect(total(line(5.2, 5.5, 5.4, 5.5))).toBeGreaterThan(0.4);
});

test('dashes and gaps are of their lengths, counted from where the line begins', () => {
  for (const [from, to] of [
    [0, 20],
    [20, 0]
  ]) {
    // prettier-ignore
    const pixels = blank();
    drawLine(pixels, from, 5.5, to, 5.5, { width: 1, colour: BLACK, dash: [3, 2] });
    const marks = ink(pixels)[5].map((each) => (each > 0.5 ? '-' : ' '));
    expect((from === 0 ? marks : marks.reverse()).join('')).toBe('---  ---  ---  ---  ');
  }
});

test('colours mix channel by channel', () => {
  const pixels = blank();
  drawLine(pixels, 0, 6, 20, 6, { width: 1, colour: 0xff0080ff });
  const [red, green, blue] = [0, 8, 16].map((shift) => (pixels.data[5 * 20 + 9] >>> shift) & 0xff);
  expect([red, Math.abs(green - 191) < 3, Math.abs(blue - 127) < 3, pixels.data[5 * 20 + 9] >>> 24]).toEqual([255, true, true, 255]); // prettier-ignore
});

test('a disc has the ink of its area, also at the border', () => {
  const pixels = blank(30, 30);
  drawDisc(pixels, 15, 15, 5, BLACK);
  expect(Math.abs(total(pixels) / (Math.PI * 25) - 1)).toBeLessThan(0.05);
  const corner = blank(30, 30);
  drawDisc(corner, 0, 0, 5, BLACK);
  expect(Math.abs(total(corner) / ((Math.PI * 25) / 4) - 1)).toBeLessThan(0.1);
  drawDisc(corner, -20, 50, 5, BLACK);
});
