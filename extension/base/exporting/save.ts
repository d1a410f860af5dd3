/** @file Saves a picture, or its data, as a file of the browser. */
import type { TranslationBundle } from '@jupyterlab/translation';
import { csv } from './csv';
import type { ExportFormat, IExportable } from './exportable';
import { fileName } from './fileName';
import { rasterise } from './rasterise';
import { titled, titleOfSaved } from './titled';

/** Never rejects: what cannot be saved is said in a notification. */
export async function save(exportable: IExportable, format: ExportFormat, trans: TranslationBundle): Promise<void> {
  try {
    download(await contents(exportable, format, trans), fileName(exportable, format));
  } catch (error) {
    // Here, so that pictures need no browser until something goes wrong.
    const { Notification } = await import('@jupyterlab/apputils');
    Notification.error(trans.__('The picture could not be exported: %1', String(error)));
  }
}

async function contents(exportable: IExportable, format: ExportFormat, trans: TranslationBundle): Promise<Blob> {
  const { svg, table, payload, theme } = exportable;
  const picture = async (): Promise<string> => titled(await svg(), titleOfSaved(exportable, trans), theme);
  switch (format) {
    case 'svg':
      return new Blob([await picture()], { type: 'image/svg+xml' });
    case 'png':
      return rasterise(await picture());
    case 'csv':
      return new Blob([csv(table)], { type: 'text/csv;charset=utf-8' });
    case 'json':
      return new Blob([JSON.stringify(payload, null, 2)], { type: 'application/json' });
  }
}

function download(blob: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  // Not at once: the browser reads it after this turn.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
