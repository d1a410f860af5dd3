import { inspect } from 'util';
import { shared } from '../host';
import type { Content } from '../wire/message';
import { jsonForms } from './forms';

/** What an execute_result carries. */
export interface Bundle {
  data: Content;
  metadata: Content;
}

const DISPLAY = Symbol.for('Jupyter.display');

/**
 * The MIME bundle of a value: its own, where it has a method `Symbol.for('Jupyter.display')` that returns one or a
 * promise of one; the library's, where it is one of its plain objects; else its text.
 */
export async function toBundle(value: unknown): Promise<Bundle> {
  const own: unknown = isObject(value) ? await shown(value) : null;
  const data = isObject(own) ? jsonForms(own) : { 'text/plain': inspect(value) };
  return { data, metadata: {} };
}

function shown(value: Record<symbol, unknown>): unknown {
  const method = value[DISPLAY];
  return typeof method === 'function' ? method.call(value) : shared().showData?.(value);
}

function isObject(value: unknown): value is Record<string | symbol, unknown> {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}
