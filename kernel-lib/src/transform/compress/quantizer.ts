import { tf } from '../../base/backend';
import { expectInteger, expectNumber, expectOneOf, fail } from '../../base/core';
import { floor } from '../../base/math';
import { grouped } from './grouped';

/** How values are rounded to codes of a few bits. */
export interface QuantizerOptions {
  /** Bits of a code, 2 to 8. Default 8. */
  bits?: number;
  /** "symmetric": codes -Q..Q of `w / scale`, Q = 2^(bits - 1) - 1; "affine": codes 0..2^bits - 1 with a zero point. Default "symmetric". */
  scheme?: 'symmetric' | 'affine';
  /** Values with a scale of their own: all of a parameter, those of an output ("channel"), or so many inputs of an output. Default "channel". */
  per?: 'tensor' | 'channel' | number;
  /** Range of the codes: of all values; of this share of them, `percentile`; or the one of least squared error. Default "range". */
  calibration?: 'range' | 'percentile' | 'error';
  /** Share of the values within the range, of "percentile", above 0. Default 0.999. */
  percentile?: number;
}

const SCHEMES = ['symmetric', 'affine'] as const;
const CALIBRATIONS = ['range', 'percentile', 'error'] as const;
/** Shares of the whole range that "error" tries. */
const SHRINKS = Array.from({ length: 20 }, (_, i) => 1 - i / 25);
// A channel of zeros has some scale: it must not be 0.
const LEAST_SCALE = 1e-12;

/** @throws {SwitchyardError} where an option is out of range. */
export function checkQuantizer(where: string, options: QuantizerOptions): Required<QuantizerOptions> {
  const { bits = 8, scheme = 'symmetric', per = 'channel', calibration = 'range', percentile = 0.999 } = options;
  expectInteger(where, 'bits', bits, 2, 8);
  expectOneOf(where, 'scheme', scheme, SCHEMES);
  if (typeof per === 'number') {
    expectInteger(where, 'per', per, 1);
  } else {
    expectOneOf(where, 'per', per, ['tensor', 'channel']);
  }
  expectOneOf(where, 'calibration', calibration, CALIBRATIONS);
  expectNumber(where, 'percentile', percentile, Number.MIN_VALUE, 1);
  return { bits, scheme, per, calibration, percentile };
}

/** Values as codes of `bits` say them, of the same shape, and how many scales there are. Halves are rounded to even codes. No gradient. */
export function roundToCodes(
  where: string,
  value: tf.Tensor,
  options: Required<QuantizerOptions>
): { rounded: tf.Tensor; scales: number } {
  const { rows, restore } = grouped(where, value, options.per);
  const [low, high] = rangesOf(rows, options);
  return { rounded: restore(roundWithin(rows, low, high, options)), scales: rows.shape[0] };
}

/** Bytes of codes and scales, and of zero points where there are. */
export function quantizedBytes(values: number, scales: number, { bits, scheme }: Required<QuantizerOptions>): number {
  return Math.ceil((values * bits) / 8) + 4 * scales + (scheme === 'affine' ? Math.ceil((scales * bits) / 8) : 0);
}

function roundWithin(
  rows: tf.Tensor2D,
  low: tf.Tensor,
  high: tf.Tensor,
  { bits, scheme }: Required<QuantizerOptions>
): tf.Tensor2D {
  if (scheme === 'symmetric') {
    const most = 2 ** (bits - 1) - 1;
    const scale = tf.maximum(low.neg(), high).div(most).maximum(LEAST_SCALE);
    return rows.div(scale).round().clipByValue(-most, most).mul(scale);
  }
  const most = 2 ** bits - 1;
  const scale = high.sub(low).div(most).maximum(LEAST_SCALE);
  const zero = low.neg().div(scale).round().clipByValue(0, most);
  return rows.div(scale).round().add(zero).clipByValue(0, most).sub(zero).mul(scale);
}

/** Lowest and highest value of each row that a code says, [rows, 1]; 0 is among them. */
function rangesOf(rows: tf.Tensor2D, options: Required<QuantizerOptions>): [tf.Tensor, tf.Tensor] {
  const whole = (): [tf.Tensor, tf.Tensor] => [rows.min(1, true).minimum(0), rows.max(1, true).maximum(0)];
  if (options.calibration === 'percentile') {
    return percentiles(rows, options.percentile);
  }
  const [low, high] = whole();
  if (options.calibration === 'range') {
    return [low, high];
  }
  let best: { error: tf.Tensor; share: tf.Tensor } | null = null;
  for (const shrink of SHRINKS) {
    const error = roundWithin(rows, low.mul(shrink), high.mul(shrink), options).sub(rows).square().sum(1, true);
    const share = tf.fill(error.shape, shrink);
    const better: tf.Tensor | null = best === null ? null : error.less(best.error);
    best = better === null ? { error, share } : { error: tf.where(better, error, best!.error), share: tf.where(better, share, best!.share) }; // prettier-ignore
  }
  return [low.mul(best!.share), high.mul(best!.share)];
}

/** Ranges that leave half of what is too much out at each end. */
function percentiles(rows: tf.Tensor2D, share: number): [tf.Tensor, tf.Tensor] {
  const [count, size] = rows.shape;
  const values = rows.dataSync<'float32'>();
  const out = floor(((1 - share) / 2) * size);
  const ends = Array.from({ length: count }, (_, row) => {
    const sorted = values.slice(row * size, (row + 1) * size).sort();
    return [Math.min(0, sorted[out]), Math.max(0, sorted[size - 1 - out])];
  });
  return [0, 1].map((end) => tf.tensor2d(ends.map((each) => [each[end]]))) as [tf.Tensor, tf.Tensor];
}

/** Refuses values that are not finite: a scale of them says nothing. */
export function expectFinite(where: string, path: string, value: tf.Tensor): void {
  const sum = tf.tidy(() => value.abs().max().dataSync()[0]);
  if (!Number.isFinite(sum)) {
    fail(where, `values of "${path}" must be finite`, sum);
  }
}
