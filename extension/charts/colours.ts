/** @file Colours that stay apart for colour-blind readers. */

export type Rgb = [number, number, number];
type Ramp = [below: Rgb[], above: Rgb[]];

/** Blue below the fair share, orange above (ColorBrewer PuOr and RdBu ends); the middle is the theme's own ground. */
const LIGHT: Ramp = [
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
const DARK: Ramp = [
  [
    [120, 190, 255],
    [42, 98, 150],
    [44, 44, 46]
  ],
  [
    [44, 44, 46],
    [178, 96, 20],
    [253, 174, 80],
    [255, 236, 190]
  ]
];

/** Okabe and Ito's eight, black replaced by grey; further experts repeat them in tints and shades. */
const EXPERTS: Rgb[] = [
  [230, 159, 0],
  [86, 180, 233],
  [0, 158, 115],
  [240, 228, 66],
  [0, 114, 178],
  [213, 94, 0],
  [204, 121, 167],
  [153, 153, 153]
];

/** Colours of a load in units of the fair share: 0 to `max`, the neutral colour at 1. `max` is above 1. */
export function loadScale(max: number, light: boolean): [number, string][] {
  const [below, above] = light ? LIGHT : DARK;
  const fair = 1 / max;
  const lower = below.map((colour, i): [number, string] => [(fair * i) / (below.length - 1), css(colour)]);
  // plotly.js takes its own colours instead where the last stop is not exactly 1.
  const upper = above.map((colour, i): [number, string] => [
    1 - (1 - fair) * (1 - i / (above.length - 1)),
    css(colour)
  ]);
  return [...lower, ...upper.slice(1)];
}

/** The colour that {@link loadScale} gives to one load. */
export function loadColour(ratio: number, max: number, light: boolean): string {
  const [below, above] = light ? LIGHT : DARK;
  const clamped = Math.min(Math.max(ratio, 0), max);
  return css(clamped <= 1 ? ramp(below, clamped) : ramp(above, (clamped - 1) / (max - 1)));
}

/** Colour of an expert. After every eight the hues repeat lighter, then darker: show its number as well. */
export function expertColour(index: number): { background: string; text: string } {
  const cycle = Math.floor(index / EXPERTS.length);
  const tone: Rgb = cycle % 2 === 1 ? [255, 255, 255] : [0, 0, 0];
  const amount = cycle === 0 ? 0 : Math.min(0.75, 0.5 + 0.1 * Math.floor((cycle - 1) / 2));
  const colour = mix(EXPERTS[index % EXPERTS.length], tone, amount);
  return { background: css(colour), text: luminance(colour) > 0.179 ? '#000000' : '#ffffff' };
}

/** A colour of this file, seen through. */
export function faded(colour: string, opacity: number): string {
  return colour.replace(/^rgb\((.*)\)$/, `rgba($1, ${opacity})`);
}

/** Colours for `count` layers in order of depth: cividis' middle, readable on light and dark ground. */
export function depthColours(count: number, light: boolean): string[] {
  const stops: Rgb[] = light
    ? [
        [0, 63, 130],
        [87, 109, 122],
        [173, 140, 40],
        [196, 101, 0]
      ]
    : [
        [92, 160, 255],
        [120, 186, 190],
        [200, 186, 90],
        [255, 170, 70]
      ];
  return Array.from({ length: count }, (_, i) => css(ramp(stops, count === 1 ? 0 : i / (count - 1))));
}

/** A colour between stops, at 0..1. */
export function ramp(stops: Rgb[], position: number): Rgb {
  const scaled = Math.min(Math.max(position, 0), 1) * (stops.length - 1);
  const at = Math.min(Math.floor(scaled), stops.length - 2);
  return mix(stops[at], stops[at + 1], scaled - at);
}

function mix(a: Rgb, b: Rgb, amount: number): Rgb {
  return a.map((value, i) => value + (b[i] - value) * amount) as Rgb;
}

/** Relative luminance (WCAG 2.1). Black text has the better contrast above 0.179. */
function luminance(colour: Rgb): number {
  const [r, g, b] = colour.map((value) => {
    const c = value / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

export function css(colour: Rgb): string {
  return `rgb(${colour.map(Math.round).join(', ')})`;
}
