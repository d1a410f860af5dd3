import { inspect } from 'util';

/** Forms of one value by MIME type. */
export type Forms = Record<string, unknown>;

/** MIME bundle of an output. */
export interface MimeBundle {
  data: Forms;
  metadata: Record<string, unknown>;
}

const DISPLAY = Symbol.for('Jupyter.display');

/**
 * The MIME bundle of a value: its own, where it has a method `Symbol.for('Jupyter.display')` that returns one or a
 * promise of one; that of `showData`, which knows plain objects; else its text.
 */
export async function toBundle(value: unknown, showData?: (value: object) => Forms | null): Promise<MimeBundle> {
  const own: unknown = isObject(value) ? await shown(value, showData) : null;
  const data = isObject(own) ? jsonForms(own) : { 'text/plain': inspect(value) };
  return { data, metadata: {} };
}

/** Forms as JSON can carry them: bytes, of a picture, become base64. */
export function jsonForms(forms: Forms): Forms {
  const encoded = (form: unknown): unknown =>
    form instanceof Uint8Array ? Buffer.from(form).toString('base64') : form;
  return Object.fromEntries(Object.entries(forms).map(([type, form]) => [type, encoded(form)]));
}

function shown(value: Record<symbol, unknown>, showData?: (value: object) => Forms | null): unknown {
  const method = value[DISPLAY];
  return typeof method === 'function' ? method.call(value) : showData?.(value);
}

function isObject(value: unknown): value is Record<string | symbol, unknown> {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}
