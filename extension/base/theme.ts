/** @file What the current JupyterLab theme and the reader's colour scheme give to figures. */
import type { ColourScheme } from './schemes';
import type { IColours } from './colours';
import { COLOUR_SCHEMES, DEFAULT_SCHEME } from './schemes';

export interface ITheme {
  light: boolean;
  text: string;
  mutedText: string;
  grid: string;
  background: string;
  accent: string;
  fontFamily: string;
  /** Of the data; all else is the theme's. */
  colours: IColours;
}

/** Reads the theme's CSS variables, and picks the scheme's colours for its ground. */
export function readTheme(scheme: ColourScheme = DEFAULT_SCHEME): ITheme {
  const { body } = document;
  const style = getComputedStyle(body);
  const light = body.dataset.jpThemeLight !== 'false';
  const value = (name: string, fallback: string): string => style.getPropertyValue(name).trim() || fallback;
  return {
    light,
    text: value('--jp-ui-font-color1', light ? '#212121' : '#ffffff'),
    mutedText: value('--jp-ui-font-color2', light ? '#616161' : '#bdbdbd'),
    grid: value('--jp-border-color2', light ? '#e0e0e0' : '#424242'),
    background: value('--jp-layout-color1', light ? '#ffffff' : '#111111'),
    accent: value('--jp-brand-color1', light ? '#1976d2' : '#64b5f6'),
    fontFamily: value('--jp-ui-font-family', 'system-ui, sans-serif'),
    colours: COLOUR_SCHEMES[scheme][light ? 'light' : 'dark']
  };
}
