/** @file What can be saved of a picture. */
import type { Payload } from '@switchyard/kernel-lib/protocol';
import type { ITable } from '../table';
import type { ITheme } from '../theme';

export interface IExportable {
  /** Name of the picture, kebab-case. */
  picture: string;
  /** The same as readers see it. */
  title: string;
  /** Label of the layer that it is of; absent where it is of all. */
  layer?: string;
  table: ITable;
  /** The snapshot that is drawn. */
  payload: Payload;
  theme: ITheme;
  /** The picture on the theme's ground, as an SVG document without a title. */
  svg: () => Promise<string>;
}

export const FORMATS = ['svg', 'png', 'csv', 'json'] as const;
export type ExportFormat = (typeof FORMATS)[number];
