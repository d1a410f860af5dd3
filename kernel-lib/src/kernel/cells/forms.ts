import type { Content } from '../wire/message';

/** A bundle as JSON can carry it: bytes, of a picture, become base64. */
export function jsonForms(bundle: Content): Content {
  const encoded = (form: unknown): unknown =>
    form instanceof Uint8Array ? Buffer.from(form).toString('base64') : form;
  return Object.fromEntries(Object.entries(bundle).map(([type, form]) => [type, encoded(form)]));
}
