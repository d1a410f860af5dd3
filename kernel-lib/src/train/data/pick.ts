import { createHash } from 'crypto';
import type { Random } from '../../base/core';
import type { SourceFile } from './source';

/** A text that was read. */
export interface NamedText {
  name: string;
  text: string;
}

// One file must not fill a domain.
const MAX_FILE_BYTES = 65_536;

/**
 * Reads files in an order drawn from `random` until `maxBytes` are full. A file gives at most its first 65 536
 * bytes, and the last one what still fits, both cut at the end of a line. Empty and binary files are passed over.
 */
export async function pick(files: readonly SourceFile[], maxBytes: number, random: Random): Promise<NamedText[]> {
  const picked: NamedText[] = [];
  let room = maxBytes;
  for (const file of random.shuffle(files)) {
    if (room <= 0) {
      break;
    }
    const text = cut(await file.read(), Math.min(MAX_FILE_BYTES, room));
    if (text.trim() !== '' && !text.includes('\0')) {
      picked.push({ name: file.name, text });
      room -= Buffer.byteLength(text);
    }
  }
  return picked;
}

/** sha256 over names and texts, in order: what exactly was read. */
export function hashTexts(domains: Readonly<Record<string, readonly NamedText[]>>): string {
  const hash = createHash('sha256');
  for (const [domain, texts] of Object.entries(domains)) {
    for (const { name, text } of texts) {
      hash.update(JSON.stringify([domain, name, text]));
    }
  }
  return hash.digest('hex');
}

function cut(text: string, maxBytes: number): string {
  if (Buffer.byteLength(text) <= maxBytes) {
    return text;
  }
  const bytes = Buffer.from(text);
  const lineEnd = bytes.lastIndexOf('\n', maxBytes - 1);
  // Without a line to end at, the cut may have gone through a character.
  return bytes.toString('utf8', 0, lineEnd > 0 ? lineEnd + 1 : maxBytes).replace(/\uFFFD+$/, '');
}
