import { loadPosition } from '../../protocol';

type Rgb = readonly [number, number, number];

/** Okabe and Ito's colours, which the colour-blind tell apart. */
export const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#000000', '#999999'];

/** Colour of the i-th of several series; they repeat after eight. */
export function colourOf(index: number): string {
  return COLOURS[index % COLOURS.length];
}

/** Of loads as in panels on light ground: blue below the fair share, orange above. */
export const LOAD: readonly [below: readonly Rgb[], above: readonly Rgb[]] = [
  [
    [33, 102, 172],
    [146, 197, 222],
    [246, 246, 246]
  ],
  [
    [246, 246, 246],
    [253, 184, 99],
    [179, 88, 6],
    [102, 44, 2]
  ]
];

const AMOUNT: readonly Rgb[] = [
  [226, 231, 240],
  [16, 68, 138]
];

/** Orange below 0, purple above; the middle is seen on white. */
const SIGNED: readonly Rgb[] = [
  [179, 88, 6],
  [241, 163, 64],
  [176, 176, 180],
  [153, 142, 195],
  [84, 39, 136]
];

/** Colour of a load in units of the fair share. */
export function loadColour(timesFair: number): string {
  return positionColour(loadPosition(timesFair));
}

/** Colour at a place of the scale of loads, -1..1. */
export function positionColour(position: number): string {
  return position <= 0 ? between(LOAD[0], 1 + position) : between(LOAD[1], position);
}

/** Colour of a share, by its square root: small ones are told apart. */
export function shareColour(share: number): string {
  return between(AMOUNT, Math.sqrt(share));
}

/** Colours of things that take more and more. */
export function amountColours(count: number): string[] {
  return Array.from({ length: count }, (_, i) => between(AMOUNT, count === 1 ? 1 : i / (count - 1)));
}

/** Colour of a value of -1..1. */
export function signedColour(value: number): string {
  return between(SIGNED, (value + 1) / 2);
}

function between(stops: readonly Rgb[], part: number): string {
  const at = Math.min(stops.length - 2, Math.floor(part * (stops.length - 1)));
  const rest = part * (stops.length - 1) - at;
  return `rgb(${stops[at].map((from, c) => Math.round(from + (stops[at + 1][c] - from) * rest)).join(', ')})`;
}
