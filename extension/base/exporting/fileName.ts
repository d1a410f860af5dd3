/** @file Names of saved files: "<title>-<run>-<picture>-layer-<label>-step-<n>.<format>". */
import type { Payload } from '@switchyard/kernel-lib/protocol';
import type { ExportFormat, IExportable } from './exportable';

const MAX_TITLE = 60;
/** Letters of a run's id: runs of one title are told apart. */
const MAX_RUN = 8;

type Named = Pick<IExportable, 'payload' | 'picture' | 'layer'>;

export function fileName({ payload, picture, layer }: Named, format: ExportFormat): string {
  const { title, step } = payload.source;
  const name = slug(title, MAX_TITLE);
  const of = layer === undefined ? '' : `layer-${slug(layer, MAX_TITLE)}`;
  return `${[name, runName(payload), picture, of, `step-${step}`].filter(Boolean).join('-')}.${format}`;
}

/** The part of an id that tells runs of one title apart; empty where a run has its title for a name. */
export function runName({ runId, source }: Payload): string {
  const run = slug(runId, MAX_RUN);
  return run === slug(source.title, MAX_TITLE) ? '' : run;
}

/** Letters and digits of any language; all else, which some file system may refuse, becomes a dash. */
function slug(text: string, length: number): string {
  const dashed = text.toLocaleLowerCase().replace(/[^\p{L}\p{N}]+/gu, '-');
  return Array.from(dashed).slice(0, length).join('').replace(/^-|-$/g, '');
}
