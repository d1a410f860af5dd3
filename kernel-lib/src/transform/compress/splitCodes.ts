import type { tf } from '../../base/backend';
import { expectInteger } from '../../base/core';

/** Options of `compress.splitCodes`. */
export interface SplitCodesOptions {
  /** Leading bits, the sign among them, 2 to 12. */
  msbBits: number;
  /** Bits that follow, 0 to 12. */
  lsbBits: number;
}

/** @throws {SwitchyardError} where an option is out of range. */
export function checkSplitCodes(where: string, { msbBits, lsbBits }: SplitCodesOptions): void {
  expectInteger(where, 'msbBits', msbBits, 2, 12);
  expectInteger(where, 'lsbBits', lsbBits, 0, 12);
}

/**
 * Values in symmetric codes with one scale, read twice: by all of a code's bits, and by its leading ones alone, the others taken for 0 (two's complement,
 * so that the coarse value is never above the fine one). A tensor of zeros stays one. No gradient.
 */
export function splitCodes<T extends tf.Tensor>(
  value: T,
  { msbBits, lsbBits }: SplitCodesOptions
): { coarse: T; fine: T } {
  const most = 2 ** (msbBits + lsbBits - 1) - 1;
  const step = 2 ** lsbBits;
  const scale = value.abs().max().div(most).maximum(1e-12);
  const codes = value.div(scale).round();
  return { coarse: codes.div(step).floor().mul<T>(scale.mul(step)), fine: codes.mul<T>(scale) };
}
