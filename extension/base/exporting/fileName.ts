/** @file Names of saved files: "<title>-<run>-<picture>-layer-<label>-step-<n>.<format>". */
import type { ExportFormat, IExportable } from './exportable';

const MAX_TITLE = 60;
/** Letters of a run's id: runs of one title are told apart. */
const MAX_RUN = 8;

type Named = Pick<IExportable, 'payload' | 'picture' | 'layer'>;

export function fileName({ payload, picture, layer }: Named, format: ExportFormat): string {
  const { title, step } = payload.source;
  const [name, run] = [slug(title, MAX_TITLE), slug(payload.runId, MAX_RUN)];
  const of = layer === undefined ? '' : `layer-${slug(layer, MAX_TITLE)}`;
  return `${[name, run === name ? '' : run, picture, of, `step-${step}`].filter(Boolean).join('-')}.${format}`;
}

/** Letters and digits of any language; all else, which some file system may refuse, becomes a dash. */
function slug(text: string, length: number): string {
  const dashed = text.toLocaleLowerCase().replace(/[^\p{L}\p{N}]+/gu, '-');
  return Array.from(dashed).slice(0, length).join('').replace(/^-|-$/g, '');
}
