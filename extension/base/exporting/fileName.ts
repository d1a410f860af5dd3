/** @file Names of saved files: "<run>-<picture>-step-<n>.<format>". */
import type { ExportFormat, IExportable } from './exportable';

const MAX_TITLE = 60;

export function fileName({ payload, picture }: Pick<IExportable, 'payload' | 'picture'>, format: ExportFormat): string {
  const { title, step } = payload.source;
  return `${[slug(title), picture, `step-${step}`].filter(Boolean).join('-')}.${format}`;
}

/** Letters and digits of any language; all else, which some file system may refuse, becomes a dash. */
function slug(title: string): string {
  const dashed = title.toLocaleLowerCase().replace(/[^\p{L}\p{N}]+/gu, '-');
  return Array.from(dashed).slice(0, MAX_TITLE).join('').replace(/^-|-$/g, '');
}
