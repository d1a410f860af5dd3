import type { ModelCard } from '../../models/hub';
import type { Bundle } from '../bundle';
import { printable } from '../format';
import { htmlTable } from '../htmlTable';
import { textTable } from '../texts/textTable';

/** A model that was opened: what there is to know of it at a glance. */
export function cardBundle({ card }: { readonly card: ModelCard }): Bundle {
  const rows = [['', card.architecture], ...cardRows(card)];
  return {
    'text/html': htmlTable(card.source, rows, 2).source,
    'text/plain': [card.source, ...textTable(rows, 2)].map(printable).join('\n')
  };
}

/** One line, for where a model stands within another value. */
export function cardTitle({ card }: { readonly card: ModelCard }): string {
  return printable(`${card.architecture}, ${whole(card.parameters)} parameters, from ${card.source}`);
}

function cardRows(card: ModelCard): string[][] {
  const { parameters, activeParameters } = card;
  return [
    ['parameters', `${whole(parameters)}${activeParameters < parameters ? `, ${whole(activeParameters)} active` : ''}`],
    ['file', `${megabytes(card.fileBytes)} (${card.dtypes.join(', ')})`],
    ['memory', `${megabytes(card.memoryBytes)} (${card.memoryDtypes.join(', ')})`],
    ...cacheRow(card),
    ['context', Number.isFinite(card.contextLength) ? `${whole(card.contextLength)} positions` : 'without end'],
    ['tokenizer', card.tokenizer],
    ['license', card.license ?? 'not said']
  ];
}

/** Experts that are read when they are used. */
function cacheRow({ expertCache }: ModelCard): string[][] {
  if (expertCache === null) {
    return [];
  }
  const { held, of, capacity, policy, hitRate, bytesRead } = expertCache;
  const hits = Number.isNaN(hitRate) ? 'not used yet' : `${(100 * hitRate).toFixed(1)} % hits`;
  const words = [
    `${whole(held)} of ${whole(of)} matrices held, room for ${whole(capacity)}`,
    policy,
    hits,
    `${megabytes(bytesRead)} read`
  ];
  return [['experts', words.join(', ')]];
}

function whole(value: number): string {
  return value.toLocaleString('en-US');
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toLocaleString('en-US', { maximumFractionDigits: bytes < 1e7 ? 2 : 0 })} MB`;
}
