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
    ['memory', `${megabytes(card.memoryBytes)} (float32)`],
    ['context', Number.isFinite(card.contextLength) ? `${whole(card.contextLength)} positions` : 'without end'],
    ['tokenizer', card.tokenizer],
    ['license', card.license ?? 'not said']
  ];
}

function whole(value: number): string {
  return value.toLocaleString('en-US');
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toLocaleString('en-US', { maximumFractionDigits: bytes < 1e7 ? 2 : 0 })} MB`;
}
