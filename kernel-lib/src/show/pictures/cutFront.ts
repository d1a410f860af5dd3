import { printable } from '../format';

/** A path of at most `length` characters: its end says more than its start. */
export function cutFront(path: string, length: number): string {
  const text = printable(path);
  return text.length > length ? `…${text.slice(1 - length).replace(/^\./, '')}` : text;
}
