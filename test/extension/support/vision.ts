/** How colours look: contrast, difference, and what a colour-blind reader sees of them. Colours are "rgb(r, g, b)" or "#rrggbb". */

type Triple = [number, number, number];
type Matrix = readonly [Triple, Triple, Triple];

/** Linear RGB as it is seen, at full severity (Machado, Oliveira and Fernandes 2009). */
export const VISION: Record<'usual' | 'protanopia' | 'deuteranopia', Matrix> = {
  usual: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1]
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998]
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881]
  ]
};

/** sRGB to CIE XYZ over the white of D65. */
const XYZ: Matrix = [
  [0.4124564 / 0.95047, 0.3575761 / 0.95047, 0.1804375 / 0.95047],
  [0.2126729, 0.7151522, 0.072175],
  [0.0193339 / 1.08883, 0.119192 / 1.08883, 0.9503041 / 1.08883]
];

/** WCAG 2.1 contrast ratio. */
export function contrast(a: string, b: string): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (light + 0.05) / (dark + 0.05);
}

/** CIE 1976 difference: 2 can just be told apart side by side, 10 at a glance. */
export function difference(a: string, b: string, seen: keyof typeof VISION = 'usual'): number {
  const [one, other] = [lab(a, seen), lab(b, seen)];
  return Math.hypot(...one.map((value, i) => value - other[i]));
}

/** CIE lightness, from 0 for black to 100 for white. */
export function lightness(colour: string): number {
  return lab(colour, 'usual')[0];
}

function luminance(colour: string): number {
  const [r, g, b] = linear(colour);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function lab(colour: string, seen: keyof typeof VISION): Triple {
  const light = times(VISION[seen], linear(colour)).map((c) => Math.min(1, Math.max(0, c))) as Triple;
  const [x, y, z] = times(XYZ, light).map((t) => (t > 216 / 24389 ? Math.cbrt(t) : ((24389 / 27) * t + 16) / 116));
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

function linear(colour: string): Triple {
  const channels = colour.startsWith('#')
    ? [1, 3, 5].map((i) => parseInt(colour.slice(i, i + 2), 16))
    : (colour.match(/\d+/g) ?? []).map(Number);
  return channels.map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4)) as Triple;
}

function times(matrix: Matrix, [x, y, z]: Triple): Triple {
  return matrix.map(([a, b, c]) => a * x + b * y + c * z) as Triple;
}
