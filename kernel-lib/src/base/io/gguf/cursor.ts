import { fail } from '../../core';
import type { ReadBytes } from '../tensorFile';

/** A value of the metadata; integers of 64 bits that are larger than numbers hold exactly are refused. */
export type GgufValue = number | boolean | string | GgufValue[];

const CHUNK = 1 << 20;
const MAX_DEPTH = 4;

/** Reads a GGUF header from its beginning on, in chunks: what does not fit in the rest of the file is refused before anything is made for it. */
export class GgufCursor {
  /** The next byte. */
  at = 0;
  private chunk: Buffer = Buffer.alloc(0);
  private chunkAt = 0;

  constructor(
    private readonly file: string,
    private readonly read: ReadBytes,
    private readonly size: number
  ) {}

  /** The next bytes. */
  bytes(length: number): Buffer {
    this.expectRest('the header', length);
    if (this.at + length > this.chunkAt + this.chunk.length) {
      this.chunkAt = this.at;
      this.chunk = this.read(this.at, Math.min(Math.max(CHUNK, length), this.size - this.at));
    }
    const from = this.at - this.chunkAt;
    this.at += length;
    return this.chunk.subarray(from, from + length);
  }

  uint32(): number {
    return this.bytes(4).readUInt32LE();
  }

  uint64(what: string): number {
    return this.exact(what, this.bytes(8).readBigUInt64LE());
  }

  /** How many of something follow, each of at least so many bytes. */
  count(what: string, each: number): number {
    const count = this.uint64(`the number of ${what}`);
    this.expectRest(`${count} ${what}`, count * each);
    return count;
  }

  string(what: string): string {
    const length = this.uint64(`the length of ${what}`);
    this.expectRest(what, length);
    return this.bytes(length).toString('utf8');
  }

  /** A value with its type before it. */
  value(key: string): GgufValue {
    return this.typed(key, this.uint32(), 0);
  }

  private typed(key: string, type: number, depth: number): GgufValue {
    if (type === 8) {
      return this.string(key);
    }
    if (type === 9) {
      return this.array(key, depth);
    }
    const scalar = SCALARS[type] ?? fail(this.file, `${key} must have a type 0..12`, type);
    const value = scalar.get(this.bytes(scalar.bytes));
    return typeof value === 'bigint' ? this.exact(key, value) : value;
  }

  private array(key: string, depth: number): GgufValue[] {
    if (depth === MAX_DEPTH) {
      fail(this.file, `${key} must hold lists at most ${MAX_DEPTH} deep`, 'one more');
    }
    const type = this.uint32();
    const count = this.count(`values of ${key}`, type === 8 ? 8 : type === 9 ? 12 : (SCALARS[type]?.bytes ?? 1));
    const values: GgufValue[] = [];
    for (let i = 0; i < count; i++) {
      values.push(this.typed(key, type, depth + 1));
    }
    return values;
  }

  private exact(what: string, value: bigint): number {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : fail(this.file, `${what} must be below 2^53`, String(value));
  }

  private expectRest(what: string, bytes: number): void {
    if (bytes > this.size - this.at) {
      fail(
        this.file,
        `${what} at byte ${this.at} takes ${bytes} bytes, so the file is cut short`,
        `${this.size} bytes`
      );
    }
  }
}

interface Scalar {
  bytes: number;
  get(bytes: Buffer): number | bigint | boolean;
}

const SCALARS: Readonly<Record<number, Scalar>> = {
  0: { bytes: 1, get: (bytes) => bytes.readUInt8() },
  1: { bytes: 1, get: (bytes) => bytes.readInt8() },
  2: { bytes: 2, get: (bytes) => bytes.readUInt16LE() },
  3: { bytes: 2, get: (bytes) => bytes.readInt16LE() },
  4: { bytes: 4, get: (bytes) => bytes.readUInt32LE() },
  5: { bytes: 4, get: (bytes) => bytes.readInt32LE() },
  6: { bytes: 4, get: (bytes) => bytes.readFloatLE() },
  7: { bytes: 1, get: (bytes) => bytes[0] !== 0 },
  10: { bytes: 8, get: (bytes) => bytes.readBigUInt64LE() },
  11: { bytes: 8, get: (bytes) => bytes.readBigInt64LE() },
  12: { bytes: 8, get: (bytes) => bytes.readDoubleLE() }
};
