/** @file Colours of figures, out of the scheme that the reader chose. */
import { loadPosition } from '@switchyard/kernel-lib/protocol';

export type Rgb = [number, number, number];

/** Fill of a thing, and a colour that reads on it. */
export interface ITile {
  background: string;
  text: string;
}

/** The colours of figures on one ground, light or dark. See `schemes/`. */
export interface IColours {
  /** Of loads: from none up to the fair share, and on from there; the fair share's own colour is near the ground. */
  load: readonly [below: readonly Rgb[], above: readonly Rgb[]];
  /** From hardly anything to all, the more the farther from the ground. */
  amount: readonly Rgb[];
  /** From below 0 to above; the middle is grey enough to see as a line. */
  signed: readonly Rgb[];
  /** From the first layer to the last. */
  depth: readonly Rgb[];
  /** Of lines and marks, the ones that read best first. */
  series: readonly Rgb[];
  /** Of experts; after the last, as many more again and again as are one cycle. */
  experts: readonly ITile[];
}

/** Colours of loads along their one scale, from -1 to 1: see `loadPosition`. Stops as shares of its length. */
export function loadScale({ load }: IColours): [number, string][] {
  const [below, above] = load;
  const half = (stops: readonly Rgb[], from: number): [number, string][] =>
    stops.map((colour, i) => [from + i / (2 * (stops.length - 1)), css(colour)]);
  return [...half(below, 0), ...half(above, 0.5).slice(1)];
}

/** The colour that {@link loadScale} gives to a load in units of the fair share. */
export function loadColour(ratio: number, { load }: IColours): string {
  const [below, above] = load;
  const position = loadPosition(ratio);
  return css(position <= 0 ? ramp(below, 1 + position) : ramp(above, position));
}

/** Colour of an expert. After every few the hues repeat lighter, then darker: show its number as well. */
export function expertColour(index: number, { experts }: IColours): ITile {
  return experts[index % experts.length];
}

/** A colour of this file, seen through. */
export function faded(colour: string, opacity: number): string {
  return colour.replace(/^rgb\((.*)\)$/, `rgba($1, ${opacity})`);
}

/** Colours for `count` layers in order of depth. */
export function depthColours(count: number, { depth }: IColours): string[] {
  return Array.from({ length: count }, (_, i) => css(ramp(depth, count === 1 ? 0 : i / (count - 1))));
}

/** A colour between stops, at 0..1. */
export function ramp(stops: readonly Rgb[], position: number): Rgb {
  const scaled = Math.min(Math.max(position, 0), 1) * (stops.length - 1);
  const at = Math.min(Math.floor(scaled), stops.length - 2);
  return mix(stops[at], stops[at + 1], scaled - at);
}

export function mix(a: Rgb, b: Rgb, amount: number): Rgb {
  return a.map((value, i) => value + (b[i] - value) * amount) as Rgb;
}

/** Relative luminance (WCAG 2.1). Black text has the better contrast above 0.179. */
export function luminance(colour: Rgb): number {
  const [r, g, b] = colour.map((value) => {
    const c = value / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

export function css(colour: Rgb): string {
  return `rgb(${colour.map(Math.round).join(', ')})`;
}
