/** @file Loads in units of the fair share: 1 is fair, 2 is twice as much. */
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Layout, LayoutAxis } from 'plotly.js';
import type { ITheme } from '../theme';
import { loadScale } from './colours';

/** A load as a multiple of the fair share 1/E. */
export function timesFair(load: number, numExperts: number): number {
  return load * numExperts;
}

/** Upper end of the colour scale: at least twice the fair share, so that small differences look small. */
export function loadCeiling(ratios: readonly (readonly number[])[]): number {
  return Math.max(2, ...ratios.map((row) => Math.max(0, ...row)));
}

/** What both load figures have in common: colours with the fair share marked on the bar. */
export function loadColours(ceiling: number, theme: ITheme, fairLabel: string): object {
  const step = ceiling <= 4 ? 1 : Math.ceil(ceiling / 4);
  const ticks = [0, 1];
  for (let tick = 1 + step; tick <= ceiling; tick += step) {
    ticks.push(tick);
  }
  return {
    zmin: 0,
    zmax: ceiling,
    colorscale: loadScale(ceiling, theme.light),
    colorbar: {
      tickvals: ticks,
      ticktext: ticks.map((tick) => (tick === 1 ? fairLabel : `${tick}×`)),
      thickness: 10,
      outlinewidth: 0,
      len: 1,
      xpad: 6,
      tickfont: { size: 10, color: theme.mutedText }
    }
  };
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

/** The axis of experts, by index. */
export function expertAxis(trans: TranslationBundle): Partial<LayoutAxis> {
  return {
    title: { text: trans.__('expert'), standoff: 4 },
    fixedrange: true,
    showgrid: false,
    zeroline: false,
    nticks: 9,
    tickformat: 'd'
  };
}
