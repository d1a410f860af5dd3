import { MAX_TEXT } from '../../protocol';

/** Long enough to know a thing by, short enough for hundreds of them. */
const SHORT = 16;

/** A text as long as the contract allows; its end tells paths apart. */
export function legal(text: string): string {
  return cut(text, MAX_TEXT);
}

/** A text cut where labels take up the room. */
export function short(text: string): string {
  return cut(text, SHORT);
}

function cut(text: string, length: number): string {
  return text.length > length ? `…${text.slice(1 - length)}` : text;
}
