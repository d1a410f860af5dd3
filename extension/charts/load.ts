/** @file Loads in units of the fair share: 1 is fair, 2 is twice as much. */
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Layout, LayoutAxis, Margin } from 'plotly.js';
import type { Numeric } from '@switchyard/kernel-lib/protocol';
import { LOAD_MARKS, loadMark, loadPosition, MOST_LOAD } from '@switchyard/kernel-lib/protocol';
import type { ITheme } from '../base/theme';
import { amountScale } from './amounts';
import { loadScale } from '../base/colours';
import type { IChartContext } from './figure';
import { figureWidth, fitting, textWidth } from './fitting';
import { plainText } from './text';

/** A load as a multiple of the fair share 1/E. */
export function timesFair(load: number, numExperts: number): number {
  return load * numExperts;
}

/** Places on the scale of loads, which is the same in every picture; null stays null. */
export function loadPositions(ratios: readonly (readonly Numeric[])[]): Numeric[][] {
  return ratios.map((row) => row.map((ratio) => (ratio === null ? null : loadPosition(ratio))));
}

interface ILoadColours {
  /** Words for the value 1. */
  fair: string;
  /** Meaning of the colours, see {@link barTitle}. */
  title: string;
  /** The most that a formula allows, marked where the scale reaches it. */
  bound?: ITick;
  /** Length of the bar, see {@link barLength}. */
  length: number;
}

/** Colours of {@link loadPositions}; the fair share, 1, is the middle of the bar. */
export function loadColours(theme: ITheme, { fair, title, bound, length }: ILoadColours): object {
  const marks = LOAD_MARKS.map((at) => ({ at: loadPosition(at), text: at === 1 ? fair : loadMark(at) }));
  const most = bound === undefined || bound.at >= MOST_LOAD ? [] : [{ ...bound, at: loadPosition(bound.at) }];
  // The fair share is always named, then the ends and the bound.
  const [none, half, middle, twice, four, eight, last] = marks;
  const ticks = apart([middle, none, ...most, last, twice, half, four, eight], length / 2);
  return {
    zmin: -1,
    zmax: 1,
    colorscale: loadScale(theme.colours),
    colorbar: colourBar(ticks, theme, title)
  };
}

/** By how much a digit or a sign is wider than a letter, as a share of it. */
const WIDER = 0.3;

/** Marks whose words stand clear of those before them, of which each is wanted more than the next; `unit` is 1 in pixels. */
function apart(ticks: readonly ITick[], unit: number): ITick[] {
  const room = ({ text }: ITick): number => {
    const signs = text.match(/[\d×≥½%]/g) ?? [];
    return (textWidth(text, BAR_FONT) + WIDER * textWidth(signs.join(''), BAR_FONT)) / 2 + 1;
  };
  return ticks.reduce<ITick[]>(
    (kept, tick) =>
      kept.every((other) => Math.abs(other.at - tick.at) * unit >= room(other) + room(tick)) ? [...kept, tick] : kept,
    []
  );
}

/** Colours from none to `most`. */
export function amountColours(
  most: number,
  theme: ITheme,
  { title, ticks }: { title: string; ticks: ITick[] }
): object {
  return { zmin: 0, zmax: most, colorscale: amountScale(theme.colours), colorbar: colourBar(ticks, theme, title) };
}

/** Places of shares on their scale, the same in every picture: square roots, so that small shares are told apart. */
export function sharePositions(shares: readonly (readonly Numeric[])[]): Numeric[][] {
  return shares.map((row) => row.map((share) => (share === null ? null : Math.sqrt(share))));
}

/** Those that are wanted most come first. */
const SHARE_MARKS = [0, 1, 0.1, 0.5, 0.25, 0.01];

/** Colours of {@link sharePositions}. */
export function shareColours(theme: ITheme, { title, length }: Pick<ILoadColours, 'title' | 'length'>): object {
  const ticks = SHARE_MARKS.map((share) => ({ at: Math.sqrt(share), text: `${100 * share} %` }));
  return amountColours(1, theme, { title, ticks: apart(ticks, length) });
}

interface ITick {
  at: number;
  text: string;
}

/** A bar above the plot. */
function colourBar(ticks: readonly ITick[], theme: ITheme, title: string): object {
  return {
    orientation: 'h',
    title: { text: plainText(title), side: 'top', font: { size: BAR_FONT, color: theme.mutedText } },
    x: 0,
    xanchor: 'left',
    xpad: 0,
    y: 1,
    yanchor: 'bottom',
    ypad: 4,
    len: BAR,
    thickness: 8,
    tickvals: ticks.map(({ at }) => at),
    ticktext: ticks.map(({ text }) => text),
    outlinewidth: 0,
    ...PLAIN_LABELS,
    tickfont: { size: 10, color: theme.mutedText }
  };
}

/** Part of the plot that a bar above it takes: the labels at its ends stay clear of what stands beside the plot. */
const BAR = 0.92;
const BAR_FONT = 10;

/** Pixels of a bar above a plot with such margins beside it. */
export function barLength(context: IChartContext, { l, r }: { l: number; r: number }): number {
  return (figureWidth(context) - l - r) * BAR;
}

/** The first of these, longest first, that stands uncut above a bar; `l` and `r` are the margins beside the plot, in pixels. */
export function barTitle(forms: readonly string[], context: IChartContext, { l, r }: { l: number; r: number }): string {
  const width = figureWidth(context);
  // The title's middle is the bar's.
  const middle = l + barLength(context, { l, r }) / 2;
  return fitting(forms, 2 * Math.min(middle, width - middle), BAR_FONT);
}

/** Layout shared by all figures: the theme's font and ground, no animation, zoom kept between updates. */
export function baseLayout(theme: ITheme, height: number): Partial<Layout> {
  return {
    height,
    autosize: false,
    uirevision: 'keep',
    margin: { l: 46, r: 8, t: 8, b: 36 },
    paper_bgcolor: 'rgba(0,0,0,0)',
    plot_bgcolor: 'rgba(0,0,0,0)',
    font: { family: theme.fontFamily, size: 11, color: theme.text },
    hoverlabel: { font: { family: theme.fontFamily, size: 11 } },
    showlegend: false
  };
}

/** Margins that stay as they are, whatever stands in them; pixels. An axis with `automargin` has its title clear of its labels. */
export function fixedMargin(margin: Required<Pick<Margin, 't' | 'r' | 'b' | 'l'>>): Partial<Margin> {
  // plotly.js's types lack this property.
  return { autoexpand: false, ...margin } as Partial<Margin>;
}

/** Labels that are known to fit: plotly would measure each to hide or turn it, which takes longer than all cells. */
export const PLAIN_LABELS = { ticklabeloverflow: 'allow', tickangle: 0 } as const;

/** The axis of experts, by index; ticks only at whole numbers. */
export function expertAxis(trans: TranslationBundle, count: number): Partial<LayoutAxis> {
  const steps = [1, 2, 4, 5, 10, 20, 40, 50, 100, 200, 500];
  return {
    title: { text: trans.__('expert'), standoff: 4 },
    fixedrange: true,
    showgrid: false,
    zeroline: false,
    ...PLAIN_LABELS,
    tick0: 0,
    dtick: steps.find((step) => count <= 8 * step) ?? 1000,
    tickformat: 'd'
  };
}
