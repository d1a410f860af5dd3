import { MIME_TYPE, PICTURE_MIME_TYPE } from '../protocol';
import type { Payload } from '../protocol';
import { payloadText } from './text';

/** Forms of one output by MIME type, from the richest to the plainest. */
export type Bundle = Record<string, unknown>;

/** A payload as an output: itself, its picture where there is one yet, and a table of text. */
export function bundleOf(payload: Payload, svg: string | null): Bundle {
  const picture = svg === null ? {} : { 'image/svg+xml': svg };
  return { [MIME_TYPE]: payload, ...picture, 'text/plain': payloadText(payload) };
}

/** An object's picture as a form of its output, none where it has none yet; shown where a notebook is not trusted as well. */
export function pictureForms(svg: string | null): Bundle {
  return svg === null ? {} : { [PICTURE_MIME_TYPE]: { form: 'image/svg+xml' }, 'image/svg+xml': svg };
}
