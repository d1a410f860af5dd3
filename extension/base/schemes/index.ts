/** @file The colour schemes that the settings offer. A new one is one line here and its name in the settings' schema. */
import type { IColourScheme } from './colourScheme';
import { grey } from './grey';
import { okabeIto } from './okabeIto';
import { petroff } from './petroff';
import { tol } from './tol';

export const COLOUR_SCHEMES = {
  'okabe-ito': okabeIto,
  tol,
  petroff,
  grey
} as const satisfies Record<string, IColourScheme>;

/** Name of a scheme, as in the settings. */
export type ColourScheme = keyof typeof COLOUR_SCHEMES;

/** The one where the settings say nothing. */
export const DEFAULT_SCHEME: ColourScheme = 'okabe-ito';
