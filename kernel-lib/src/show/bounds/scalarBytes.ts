import { jsonBytes } from '../../protocol';
import type { Numeric } from '../../protocol';

/** A scalar of five significant digits, "-1.2345e-100" or less than 10^11, and a comma. */
export const SCALAR_BYTES = 13;
/** The same below 10^21, "-123450000000000000000": JSON has no exponent there. */
const LARGE_SCALAR_BYTES = 23;
/** A step number below 10^9 and a comma. */
export const STEP_BYTES = 10;
/** Keys and brackets that no other count holds. */
export const MARGIN = 512;

/** The longest that a scalar of these series can become. */
export function scalarBytes(scalars: Record<string, readonly Numeric[]>): number {
  const large = Object.values(scalars).some((values) => values.some((x) => x !== null && Math.abs(x) >= 1e11));
  return large ? LARGE_SCALAR_BYTES : SCALAR_BYTES;
}

/** Names of series as keys. */
export function namesBytes(scalars: Record<string, unknown>): number {
  return Object.keys(scalars).reduce((total, name) => total + jsonBytes(name) + 4, 0);
}
