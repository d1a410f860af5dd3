import { readableBytes } from '../../base/core';

/** Bytes by the characters that stand for them in a byte-level vocabulary: the printable ones for themselves, the others from U+0100 on. */
const BYTES = new Map<string, number>();
for (let byte = 0, others = 0x100; byte < 0x100; byte++) {
  const printable = (byte > 0x20 && byte < 0x7f) || (byte > 0xa0 && byte !== 0xad);
  BYTES.set(String.fromCharCode(printable ? byte : others++), byte);
}

/**
 * A token of a vocabulary as people read it, its leading space kept.
 *
 * @param byteLevel - Whether its characters stand for bytes; else a space is "▁", and "<0x0A>" a byte.
 */
export function readableToken(token: string, byteLevel: boolean): string {
  if (byteLevel) {
    const bytes = [...token].map((character) => BYTES.get(character));
    return bytes.includes(undefined) ? token : readableBytes(Uint8Array.from(bytes as number[]));
  }
  const [, byte] = /^<0x([0-9A-F]{2})>$/.exec(token) ?? [];
  const bytes = byte === undefined ? Buffer.from(token.replaceAll('▁', ' '), 'utf8') : [parseInt(byte, 16)];
  return readableBytes(Uint8Array.from(bytes));
}
