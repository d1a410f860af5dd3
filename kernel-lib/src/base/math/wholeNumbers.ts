/** Rounding error of a product of a count and a share, at most: 0.29 of 100 is 28.999999999999996, and 0.07 of 100 is 7.000000000000001. */
const ROUNDING = 1e-9;

/** The least integer not below x, where x within 1e-9 of an integer is that integer. */
export function ceil(x: number): number {
  // What is 0 less a rounding would be -0.
  return Math.ceil(x - ROUNDING) + 0;
}

/** The greatest integer not above x, where x within 1e-9 of an integer is that integer. */
export function floor(x: number): number {
  return Math.floor(x + ROUNDING);
}
