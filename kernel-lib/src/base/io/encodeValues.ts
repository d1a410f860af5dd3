import { fail } from '../core';

/** The dtypes that weights are written in. */
export type WrittenDtype = 'F32' | 'BF16' | 'F16';

/** Values in this many bits: to the nearest there is, of two the even one. */
export function encodeValues(dtype: WrittenDtype, values: Float32Array): Uint8Array {
  switch (dtype) {
    case 'F32':
      return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    case 'BF16':
      return new Uint8Array(Uint16Array.from(bits(values), toBfloat).buffer);
    case 'F16':
      return new Uint8Array(Uint16Array.from(bits(values), toHalf).buffer);
    default:
      return fail('encodeValues', 'dtype must be one of F32, BF16, F16', dtype);
  }
}

function bits({ buffer, byteOffset, length }: Float32Array): Uint32Array {
  return new Uint32Array(buffer, byteOffset, length);
}

function toBfloat(x: number): number {
  // A NaN stays one whatever its low bits are.
  return (x & 0x7fffffff) > 0x7f800000 ? (x >>> 16) | 0x40 : (x + 0x7fff + ((x >>> 16) & 1)) >>> 16;
}

function toHalf(x: number): number {
  const sign = (x >>> 16) & 0x8000;
  const rest = x & 0x7fffffff;
  if (rest > 0x7f800000) {
    return sign | 0x7e00;
  }
  // What is at least 65520 rounds to infinity, what is below 2^-14 has no leading one.
  if (rest >= 0x477ff000) {
    return sign | 0x7c00;
  }
  if (rest < 0x38800000) {
    const shift = 126 - (rest >>> 23);
    return sign | (shift > 24 ? 0 : rounded((rest & 0x7fffff) | 0x800000, shift));
  }
  return sign | rounded(rest - 0x38000000, 13);
}

function rounded(x: number, shift: number): number {
  const [whole, left, half] = [x >>> shift, x & ((1 << shift) - 1), 1 << (shift - 1)];
  return whole + (left > half || (left === half && (whole & 1) === 1) ? 1 : 0);
}
