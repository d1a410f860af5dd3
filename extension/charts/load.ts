/** @file Loads in units of the fair share: 1 is fair, 2 is twice as much. */
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Layout, LayoutAxis, Margin } from 'plotly.js';
import type { Numeric } from '@switchyard/kernel-lib/protocol';
import type { ITheme } from '../base/theme';
import { amountScale } from './amounts';
import { loadScale } from '../base/colours';
import type { IChartContext } from './figure';
import { figureWidth, fitting } from './fitting';
import { plainText } from './text';

/** A load as a multiple of the fair share 1/E. */
export function timesFair(load: number, numExperts: number): number {
  return load * numExperts;
}

/** Upper end of the colour scale: at least twice the fair share, so that small differences look small. */
export function loadCeiling(ratios: readonly (readonly Numeric[])[]): number {
  return ratios.flat().reduce<number>((most, ratio) => Math.max(most, ratio ?? 0), 2);
}

interface ILoadColours {
  /** Words for the value 1. */
  fair: string;
  /** Meaning of the colours, see {@link barTitle}; with it, the bar lies above the plot instead of beside it. */
  title?: string;
  /** The most that a formula allows, marked where the scale reaches it. */
  bound?: ITick;
}

/** Colours around the fair share, 1, which is marked on the bar. */
export function loadColours(ceiling: number, theme: ITheme, { fair, title, bound }: ILoadColours): object {
  const step = ceiling <= 4 ? 1 : Math.ceil(ceiling / 4);
  const ticks = [
    { at: 0, text: '0×' },
    { at: 1, text: fair }
  ];
  for (let tick = 1 + step; tick <= ceiling; tick += step) {
    ticks.push({ at: tick, text: `${tick}×` });
  }
  const marked = bound !== undefined && bound.at <= ceiling ? [bound] : [];
  const apart = ticks.filter(({ at }) => marked.every((mark) => Math.abs(mark.at - at) > ceiling / 8));
  return {
    zmin: 0,
    zmax: ceiling,
    colorscale: loadScale(ceiling, theme.colours),
    colorbar: colourBar([...apart, ...marked], theme, title)
  };
}

/** Colours from none to `most`. */
export function amountColours(
  most: number,
  theme: ITheme,
  { title, ticks }: { title: string; ticks: ITick[] }
): object {
  return { zmin: 0, zmax: most, colorscale: amountScale(theme.colours), colorbar: colourBar(ticks, theme, title) };
}

interface ITick {
  at: number;
  text: string;
}

function colourBar(ticks: readonly ITick[], theme: ITheme, title?: string): object {
  const above = {
    orientation: 'h',
    title: { text: plainText(title ?? ''), side: 'top', font: { size: BAR_FONT, color: theme.mutedText } },
    x: 0,
    xanchor: 'left',
    xpad: 0,
    y: 1,
    yanchor: 'bottom',
    ypad: 4,
    len: BAR,
    thickness: 8
  };
  return {
    tickvals: ticks.map(({ at }) => at),
    ticktext: ticks.map(({ text }) => text),
    thickness: 10,
    outlinewidth: 0,
    len: 1,
    xpad: 6,
    ...PLAIN_LABELS,
    tickfont: { size: 10, color: theme.mutedText },
    ...(title === undefined ? {} : above)
  };
}

/** Part of the plot that a bar above it takes: the labels at its ends stay clear of what stands beside the plot. */
const BAR = 0.92;
const BAR_FONT = 10;

/** The first of these, longest first, that stands uncut above a bar; `l` and `r` are the margins beside the plot, in pixels. */
export function barTitle(forms: readonly string[], context: IChartContext, { l, r }: { l: number; r: number }): string {
  const width = figureWidth(context);
  // The title's middle is the bar's.
  const middle = l + ((width - l - r) * BAR) / 2;
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
