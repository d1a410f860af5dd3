import type { Payload, Source } from '../protocol';
import { printable, progress } from './format';
import { shownKind } from './kinds';

/** A payload as a compact table. */
export function payloadText(payload: Payload): string {
  const lines = shownKind(payload).text(payload.data);
  return [heading(payload.source), ...lines].map(printable).join('\n');
}

/** Line that says what runs, how far it is, and how it ended. */
function heading(source: Source): string {
  return `${source.title}: ${progress(source)}`;
}
