/** @file What the command palette offers. */
import type { ICommandPalette } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { CommandIDs } from './commands';
import { FORMATS } from './base/exporting';

export function fillPalette(palette: ICommandPalette | null, trans: TranslationBundle): void {
  const category = trans.__('Switchyard');
  const { openPanel: _, openExample: _own, openReference: _too, exportPicture, ...plain } = CommandIDs;
  Object.values(plain).forEach((command) => palette?.addItem({ command, category }));
  FORMATS.forEach((format) => palette?.addItem({ command: exportPicture, category, args: { format } }));
}
