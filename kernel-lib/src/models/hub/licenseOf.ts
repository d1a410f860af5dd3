import { existsSync, readFileSync } from 'fs';
import * as path from 'path';

/** The license that a folder's README says in its head, as those of HuggingFace do. */
export function licenseOf(folder: string): string | undefined {
  const file = path.join(folder, 'README.md');
  const [, head = ''] = /^---\n([^]*?)\n---/.exec(existsSync(file) ? readFileSync(file, 'utf8') : '') ?? [];
  return /^license:\s*(\S+)/m.exec(head)?.[1];
}
