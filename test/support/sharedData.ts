import { existsSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');

/** Path of measured data that may lie beside the checkout (or in SWITCHYARD_SHARED); null where it is absent. */
export function sharedData(path: string): string | null {
  const folders = [process.env.SWITCHYARD_SHARED, join(ROOT, '../shared'), join(ROOT, '../../shared')];
  const found = folders.map((folder) => folder && join(folder, 'data', path)).find((file) => file && existsSync(file));
  return found || null;
}
