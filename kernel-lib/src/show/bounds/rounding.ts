import type { Numeric } from '../../protocol';

/** Decimals of a metric (MaxVio, entropy) and of a weight. */
export const METRIC_DECIMALS = 3;

/** Decimals that tell a share of E experts to about a hundredth of the fair share, 1/E. */
export function shareDecimals(numExperts: number): number {
  return numExperts <= 128 ? 4 : Math.ceil(Math.log10(numExperts)) + 2;
}

/** Rounds to this many decimals; NaN and infinities become null. */
export function roundTo(value: Numeric, decimals: number): Numeric {
  return value === null || !Number.isFinite(value) ? null : roundNumber(value, decimals);
}

/** Powers of ten by their exponents: a power takes longer to compute than all else that rounding does. */
const SCALES = Array.from({ length: 23 }, (_, decimals) => 10 ** decimals);

/** As {@link roundTo}, for finite numbers. */
export function roundNumber(value: number, decimals: number): number {
  const scale = SCALES[decimals] ?? 10 ** decimals;
  return Math.round(value * scale) / scale;
}

/** Rounds to five significant digits; NaN and infinities become null. */
export function roundScalar(value: Numeric): Numeric {
  if (value === null || value === 0 || !Number.isFinite(value)) {
    return value === 0 ? 0 : null;
  }
  const decimals = 4 - Math.floor(Math.log10(Math.abs(value)));
  // Powers of ten are exact up to here; the slow way gives the same.
  return decimals >= 0 && decimals <= 22 ? roundNumber(value, decimals) : Number(value.toPrecision(5));
}
