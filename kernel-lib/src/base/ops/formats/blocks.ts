/**
 * @file The quantised blocks of GGUF, as ggml defines them (`ggml-common.h`, `ggml-quants.c`): how many values share a block, its bytes, and
 * what they are as float32. Scales `d` and minima `m` are half-precision numbers.
 */
import { half } from './half';

export interface BlockFormat {
  /** Values of a block. */
  values: number;
  bytes: number;
  decode(bytes: Buffer, out: Float32Array): void;
}

type DecodeBlock = (bytes: Buffer, at: number, out: Float32Array, to: number) => void;

function format(values: number, bytes: number, one: DecodeBlock): BlockFormat {
  const decode = (all: Buffer, out: Float32Array): void => {
    for (let at = 0, to = 0; to < out.length; at += bytes, to += values) {
      one(all, at, out, to);
    }
  };
  return { values, bytes, decode };
}

const HALF = 16;

/** d, 32 signed bytes. */
const q8: DecodeBlock = (bytes, at, out, to) => {
  const d = half(bytes, at);
  for (let i = 0; i < 32; i++) {
    out[to + i] = d * ((bytes[at + 2 + i] << 24) >> 24);
  }
};

/** d, then m where there is one, then 16 bytes of two values: the lower nibbles are the first 16. */
const q4 =
  (withMinimum: boolean): DecodeBlock =>
  (bytes, at, out, to) => {
    const d = half(bytes, at);
    const first = at + (withMinimum ? 4 : 2);
    const base = withMinimum ? half(bytes, at + 2) : -8 * d;
    for (let i = 0; i < HALF; i++) {
      const pair = bytes[first + i];
      out[to + i] = d * (pair & 15) + base;
      out[to + HALF + i] = d * (pair >> 4) + base;
    }
  };

/** As the 4-bit blocks, with a fifth bit of each value in 4 bytes before the nibbles. */
const q5 =
  (withMinimum: boolean): DecodeBlock =>
  (bytes, at, out, to) => {
    const d = half(bytes, at);
    const bits = at + (withMinimum ? 4 : 2);
    const base = withMinimum ? half(bytes, at + 2) : -16 * d;
    const high = bytes.readUInt32LE(bits);
    for (let i = 0; i < HALF; i++) {
      const pair = bytes[bits + 4 + i];
      out[to + i] = d * ((pair & 15) | (((high >>> i) & 1) << 4)) + base;
      out[to + HALF + i] = d * ((pair >> 4) | (((high >>> (i + HALF)) & 1) << 4)) + base;
    }
  };

/** Scale and minimum of sub-block j of 8, 6 bits each, packed in 12 bytes. */
function packed(bytes: Buffer, at: number, j: number): [number, number] {
  if (j < 4) {
    return [bytes[at + j] & 63, bytes[at + j + 4] & 63];
  }
  const [low, a, b] = [bytes[at + j + 4], bytes[at + j - 4] >> 6, bytes[at + j] >> 6];
  return [(low & 15) | (a << 4), (low >> 4) | (b << 4)];
}

/** d, m, 12 bytes of scales, for 5 bits 32 bytes of fifth bits, 128 bytes of nibbles: 8 sub-blocks of 32. */
const k45 =
  (fifth: boolean): DecodeBlock =>
  (bytes, at, out, to) => {
    const [d, m] = [half(bytes, at), half(bytes, at + 2)];
    const high = at + 16;
    const nibbles = high + (fifth ? 32 : 0);
    for (let j = 0; j < 8; j++) {
      const [scale, minimum] = packed(bytes, at + 4, j);
      const [own, base] = [d * scale, m * minimum];
      const from = nibbles + 32 * (j >> 1);
      const shift = 4 * (j & 1);
      for (let i = 0; i < 32; i++) {
        const value = ((bytes[from + i] >> shift) & 15) | (fifth ? ((bytes[high + i] >> j) & 1) << 4 : 0);
        out[to + 32 * j + i] = own * value - base;
      }
    }
  };

/** 128 bytes of low nibbles, 64 of two high bits, 16 signed scales, d: 16 sub-blocks of 16. */
const k6: DecodeBlock = (bytes, at, out, to) => {
  const d = half(bytes, at + 208);
  for (let i = 0; i < 256; i++) {
    const [part, within] = [i >> 7, i & 127];
    const [quarter, column] = [within >> 5, within & 31];
    const low = (bytes[at + 64 * part + column + 32 * (quarter & 1)] >> (4 * (quarter >> 1))) & 15;
    const high = (bytes[at + 128 + 32 * part + column] >> (2 * quarter)) & 3;
    const scale = (bytes[at + 192 + (i >> 4)] << 24) >> 24;
    out[to + i] = d * scale * ((low | (high << 4)) - 32);
  }
};

/** By ggml's name. */
export const blocks: Readonly<Record<string, BlockFormat>> = {
  Q4_0: format(32, 18, q4(false)),
  Q4_1: format(32, 20, q4(true)),
  Q5_0: format(32, 22, q5(false)),
  Q5_1: format(32, 24, q5(true)),
  Q8_0: format(32, 34, q8),
  Q4_K: format(256, 144, k45(false)),
  Q5_K: format(256, 176, k45(true)),
  Q6_K: format(256, 210, k6)
};
