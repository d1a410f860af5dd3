import type { Payload } from '../protocol';
import { heading, printable } from './format';
import { shownKind } from './kinds';

/** A payload as a compact table. */
export function payloadText(payload: Payload): string {
  const lines = shownKind(payload).text(payload.data);
  return [heading(payload.source), ...lines].map(printable).join('\n');
}
