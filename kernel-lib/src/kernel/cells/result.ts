import { inspect } from 'util';
import type { Content } from '../wire/message';

/** What an execute_result carries. */
export interface Bundle {
  data: Content;
  metadata: Content;
}

const DISPLAY = Symbol.for('Jupyter.display');

/**
 * The MIME bundle of a value: its own, where it has a method `Symbol.for('Jupyter.display')` that returns one or a
 * promise of one, else its text.
 */
export async function toBundle(value: unknown): Promise<Bundle> {
  const method = isObject(value) ? value[DISPLAY] : undefined;
  if (typeof method === 'function') {
    const data: unknown = await method.call(value);
    if (isObject(data)) {
      return { data: { ...data }, metadata: {} };
    }
  }
  return { data: { 'text/plain': inspect(value) }, metadata: {} };
}

function isObject(value: unknown): value is Record<string | symbol, unknown> {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}
