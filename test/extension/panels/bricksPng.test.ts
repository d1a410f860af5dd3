/** The images of cells, read by another decoder of zlib than the one that they were made for. */
import { crc32, inflateSync } from 'node:zlib';
import { expect, test } from 'vitest';
import type { IRun, Pixel } from '../../../extension/panels/redraw/bricksPng';
import { bricksPng, WIDEST } from '../../../extension/panels/redraw/bricksPng';

type Rows = IRun<IRun<Pixel>[]>[];

/** Width, height and the rows' bytes; throws where a sum over bytes is wrong. */
function read(url: string): { width: number; height: number; bytes: Buffer } {
  const png = Buffer.from(url.slice('data:image/png;base64,'.length), 'base64');
  expect([...png.subarray(0, 8)]).toEqual([137, 80, 78, 71, 13, 10, 26, 10]);
  const chunks = new Map<string, Buffer>();
  for (let at = 8; at < png.length;) {
    const length = png.readUInt32BE(at);
    const named = png.subarray(at + 4, at + 8 + length);
    expect(png.readUInt32BE(at + 8 + length)).toBe(crc32(named));
    chunks.set(named.toString('latin1', 0, 4), named.subarray(4));
    at += 12 + length;
  }
  expect([...chunks.keys()]).toEqual(['IHDR', 'IDAT', 'IEND']);
  const header = chunks.get('IHDR')!;
  expect([...header.subarray(8)]).toEqual([8, 6, 0, 0, 0]);
  return { width: header.readUInt32BE(0), height: header.readUInt32BE(4), bytes: inflateSync(chunks.get('IDAT')!) };
}

function expected(rows: Rows): Buffer {
  const pixels = ({ count, of }: IRun<Pixel>): Buffer => Buffer.alloc(4 * count, Uint8Array.from(of));
  const row = (runs: IRun<Pixel>[]): Buffer => Buffer.concat([Buffer.from([0]), ...runs.map(pixels)]);
  return Buffer.concat(rows.flatMap(({ count, of }) => Array<Buffer>(count).fill(row(of))));
}

const CLEAR: Pixel = [0, 0, 0, 0];

test('one pixel is the shortest image', () => {
  expect(read(bricksPng([{ count: 1, of: [{ count: 1, of: [1, 143, 144, 255] }] }]))).toEqual({
    width: 1,
    height: 1,
    bytes: Buffer.from([0, 1, 143, 144, 255])
  });
});

test('bricks of all lengths, of colours of all codes, are the pixels that they stand for', () => {
  // Runs of pixels that are copied in one, two and three pieces, and whose last piece is the shortest.
  const counts = [1, 2, 3, 64, 65, 66, 67, 129, 130, 131, 200, 257, 258, 259, 260, 400];
  const runs = counts.map((count, i): IRun<Pixel> => ({ count, of: [i, 128 + i, 255 - i, 255] }));
  const width = counts.reduce((sum, count) => sum + count, 0);
  const rows: Rows = counts.map((count, i) => ({
    count,
    of: i % 3 === 2 ? [{ count: width, of: CLEAR }] : [...runs.slice(i), ...runs.slice(0, i)]
  }));
  const image = read(bricksPng(rows));
  expect([image.width, image.height]).toEqual([width, width]);
  expect(image.bytes.equals(expected(rows))).toBe(true);
});

test('the widest image repeats its rows', () => {
  const rows: Rows = [
    {
      count: 3,
      of: [
        { count: 1, of: CLEAR },
        { count: WIDEST - 1, of: [255, 255, 255, 255] }
      ]
    }
  ];
  expect(read(bricksPng(rows)).bytes.equals(expected(rows))).toBe(true);
});
