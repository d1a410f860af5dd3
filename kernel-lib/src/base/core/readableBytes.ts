const NAMED: Readonly<Record<number, string>> = { 9: '⇥', 10: '↵', 13: '␍' };

/**
 * Bytes of UTF-8 as people read them: characters as they are, tab, line feed and carriage return by a sign, and as "\x" with two digits
 * what cannot be seen or is a part of a character.
 */
export function readableBytes(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length;) {
    const length = lengthOf(bytes[at]);
    const character = length > 1 ? characterOf(bytes.subarray(at, at + length)) : null;
    text += character ?? readableByte(bytes[at]);
    at += character === null ? 1 : length;
  }
  return text;
}

function readableByte(byte: number): string {
  const printable = byte >= 32 && byte < 127;
  return printable ? String.fromCharCode(byte) : (NAMED[byte] ?? `\\x${byte.toString(16).padStart(2, '0')}`);
}

/** Bytes of the character that begins so. */
function lengthOf(first: number): number {
  return first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 1;
}

function characterOf(bytes: Uint8Array): string | null {
  const text = Buffer.from(bytes).toString('utf8');
  return text.includes('\ufffd') ? null : text;
}
