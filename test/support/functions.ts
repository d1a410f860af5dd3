/** Branin's function of two numbers; its lowest value is 0.3979. */
export function branin([x, y]: readonly number[]): number {
  const { PI, cos } = Math;
  return (y - (5.1 / (4 * PI ** 2)) * x * x + (5 / PI) * x - 6) ** 2 + 10 * (1 - 1 / (8 * PI)) * cos(x) + 10;
}

const A = [
  [10, 3, 17, 3.5, 1.7, 8],
  [0.05, 10, 17, 0.1, 8, 14],
  [3, 3.5, 1.7, 10, 17, 8],
  [17, 8, 0.05, 10, 0.1, 14]
];
const P = [
  [0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886],
  [0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991],
  [0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.665],
  [0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381]
];

/** Hartmann's function of six numbers in 0..1; its lowest value is -3.322. */
export function hartmann6(x: readonly number[]): number {
  return -[1, 1.2, 3, 3.2].reduce(
    (sum, c, row) => sum + c * Math.exp(-x.reduce((inner, v, i) => inner + A[row][i] * (v - P[row][i]) ** 2, 0)),
    0
  );
}
