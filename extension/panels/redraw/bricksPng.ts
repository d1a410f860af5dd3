/**
 * @file PNG of an image that consists of bricks. A canvas takes half a millisecond to encode the some hundred cells of a
 * heatmap, as it does for each of their pixels what is needed once for a brick.
 *
 * Source: PNG (W3C, third edition), DEFLATE (RFC 1951, fixed Huffman codes) and Adler-32 (RFC 1950).
 */

/** Red, green, blue and opacity, each 0 to 255. */
export type Pixel = readonly [red: number, green: number, blue: number, opacity: number];

/** So many of the same, next to one another. */
export interface IRun<T> {
  count: number;
  of: T;
}

/** Pixels that the widest image has: its rows repeat each other from no further back than DEFLATE can look. */
export const WIDEST = 8000;

/** An image as a data URL: runs of rows, from the top, which are runs of pixels, from the left; all rows are equally long, at most {@link WIDEST}. */
export function bricksPng(rows: readonly IRun<readonly IRun<Pixel>[]>[]): string {
  const width = rows[0].of.reduce((sum, { count }) => sum + count, 0);
  const height = rows.reduce((sum, { count }) => sum + count, 0);
  // 8 bits for each of four colours, with neither interlacing nor another method than the one there is.
  const header = [...bytesOf(width), ...bytesOf(height), 8, 6, 0, 0, 0];
  const data = deflated(rows, 1 + 4 * width);
  const bytes = SIGNATURE.concat(chunk('IHDR', header), chunk('IDAT', data), chunk('IEND', []));
  return `data:image/png;base64,${btoa(text(bytes))}`;
}

const SIGNATURE = [137, 80, 78, 71, 13, 10, 26, 10];

function chunk(name: string, data: readonly number[]): number[] {
  const named = Array.from(name, (letter) => letter.charCodeAt(0)).concat(data);
  return bytesOf(data.length).concat(named, bytesOf(crc32(named)));
}

/** Four bytes of a number, the highest first. */
function bytesOf(value: number): number[] {
  return [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];
}

/** In pieces that a call has room for. */
function text(bytes: readonly number[]): string {
  const size = 4096;
  const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => bytes.slice(i * size, (i + 1) * size)); // prettier-ignore
  return pieces.map((piece) => String.fromCharCode(...piece)).join('');
}

/** Rows as the zlib stream that PNG has of them, each of so many bytes. */
function deflated(rows: readonly IRun<readonly IRun<Pixel>[]>[], length: number): number[] {
  const bits = new Bits([0x78, 0x01]);
  // The last block, and the only one, with fixed codes.
  bits.put({ value: 0b011, count: 3 });
  const rowBack = back(length);
  let sum: ISum = { length: 0, a: 1, b: 0 };
  for (const { count, of } of rows) {
    bits.literals([0]);
    let row = sumOf([0]);
    for (const { count: pixels, of: pixel } of of) {
      bits.literals(pixel);
      bits.copy(4 * (pixels - 1), PIXEL_BACK);
      row = joined(row, repeated(sumOf(pixel), pixels));
    }
    bits.copy(length * (count - 1), rowBack);
    sum = joined(sum, repeated(row, count));
  }
  bits.put(reversed(0, 7));
  return bits.end().concat(bytesOf(sum.b * 65536 + sum.a));
}

/** Bits of a code, the first one lowest. */
interface ICode {
  value: number;
  count: number;
}

/** Codes are written from their highest bit, all other numbers from their lowest. */
function reversed(value: number, count: number): ICode {
  const bits = Array.from({ length: count }, (_, i) => (value >> i) & 1);
  return { value: bits.reduce((sum, bit) => 2 * sum + bit, 0), count };
}

/** Codes of which so many have no further bits, so many one, so many two and so on: the first value of each, and these bits. */
function starts(first: number, counts: readonly number[]): { start: number; extra: number }[] {
  let start = first;
  return counts.flatMap((count, extra) =>
    Array.from({ length: count }, () => {
      const code = { start, extra };
      start += 2 ** extra;
      return code;
    })
  );
}

function coded(value: number, table: readonly { start: number; extra: number }[], codes: (at: number) => ICode): ICode {
  const at = table.filter(({ start }) => start <= value).length - 1;
  const code = codes(at);
  return { value: code.value | ((value - table[at].start) << code.count), count: code.count + table[at].extra };
}

/** Lengths that a copy may have; the longest has a code of its own. */
const SHORTEST = 3;
const LONGEST = 258;
const LENGTHS = [...starts(SHORTEST, [8, 4, 4, 4, 4, 4]), { start: LONGEST, extra: 0 }];
const DISTANCES = starts(1, [4, ...Array<number>(13).fill(2)]);

/** Codes of the bytes, and of the lengths from 0 on. */
const LITERALS = Array.from({ length: 256 }, (_, byte) =>
  byte < 144 ? reversed(0x30 + byte, 8) : reversed(0x190 + byte - 144, 9)
);
const COPIES = Array.from({ length: LONGEST + 1 }, (_, length) =>
  coded(Math.max(SHORTEST, length), LENGTHS, (at) => (at < 23 ? reversed(1 + at, 7) : reversed(0xc0 + at - 23, 8)))
);

/** Code of a distance: a copy is of what stands so many bytes back. */
function back(distance: number): ICode {
  return coded(distance, DISTANCES, (at) => reversed(at, 5));
}

/** A pixel has four bytes. */
const PIXEL_BACK = back(4);

/** DEFLATE's stream of bits with its fixed codes. */
class Bits {
  constructor(private _bytes: number[]) {}

  put({ value, count }: ICode): void {
    this._last |= value << this._count;
    this._count += count;
    while (this._count >= 8) {
      this._bytes.push(this._last & 255);
      this._last >>>= 8;
      this._count -= 8;
    }
  }

  literals(bytes: readonly number[]): void {
    bytes.forEach((byte) => this.put(LITERALS[byte]));
  }

  /** Copies so many bytes; 0, or at least three. */
  copy(length: number, from: ICode): void {
    for (let left = length; left > 0;) {
      // What is left must not be too short to be copied.
      const now = left <= LONGEST ? left : Math.min(LONGEST, left - SHORTEST);
      this.put(COPIES[now]);
      this.put(from);
      left -= now;
    }
  }

  /** All bytes, the last one filled up. */
  end(): number[] {
    this.put({ value: 0, count: (8 - this._count) % 8 });
    return this._bytes;
  }

  private _last = 0;
  private _count = 0;
}

const CRCS = Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let i = 0; i < 8; i++) {
    crc = crc & 1 ? 0xedb88320 ^ (crc >>> 1) : crc >>> 1;
  }
  return crc;
});

function crc32(bytes: readonly number[]): number {
  return ~bytes.reduce((crc, byte) => CRCS[(crc ^ byte) & 255] ^ (crc >>> 8), -1);
}

/** Adler-32's two sums over so many bytes: of the bytes, and of the first sum after each of them. */
interface ISum {
  length: number;
  a: number;
  b: number;
}

const PRIME = 65521;

function sumOf(bytes: readonly number[]): ISum {
  return bytes.reduce(({ length, a, b }, byte) => ({ length: length + 1, a: a + byte, b: b + a + byte }), { length: 0, a: 0, b: 0 }); // prettier-ignore
}

function joined(left: ISum, right: ISum): ISum {
  const b = left.b + (right.length % PRIME) * left.a + right.b;
  return { length: left.length + right.length, a: (left.a + right.a) % PRIME, b: b % PRIME };
}

function repeated({ length, a, b }: ISum, count: number): ISum {
  const pairs = ((count * (count - 1)) / 2) % PRIME;
  return {
    length: count * length,
    a: (count * a) % PRIME,
    b: (count * b + ((length * a) % PRIME) * pairs) % PRIME
  };
}
