/** Nested deeper than any payload; a cycle ends here as well. */
const MAX_DEPTH = 32;
/** Characters of one byte each. */
const PLAIN = /^[ !#-[\]-~]*$/;
/** As \u001f. */
const ESCAPE = 6;

/**
 * Bytes of a value as UTF-8 JSON, counted without building the text. Stops counting past `limit` (the result is then
 * only known to be larger), so that a value of any size, or one that contains itself, is measured in bounded time.
 */
export function jsonBytes(value: unknown, limit = Infinity): number {
  const visit = (item: unknown, room: number, depth: number): number => {
    if (typeof item === 'string') {
      return textBytes(item, room);
    }
    if (typeof item === 'number') {
      return Number.isFinite(item) ? String(item).length : 4;
    }
    if (typeof item !== 'object' || item === null) {
      return item === false ? 5 : 4;
    }
    if (depth >= MAX_DEPTH) {
      return Infinity;
    }
    // Brackets, and a comma after each entry but the last.
    let bytes = 2;
    const add = (entry: number): boolean => (bytes += entry + (bytes > 2 ? 1 : 0)) <= room;
    if (Array.isArray(item)) {
      item.every((entry) => add(visit(entry, room - bytes, depth + 1)));
    } else {
      for (const key in item) {
        // No list of entries: it would read all of them.
        const entry: unknown = Object.hasOwn(item, key) ? (item as Record<string, unknown>)[key] : undefined;
        if (entry !== undefined && !add(textBytes(key, room - bytes) + 1 + visit(entry, room - bytes, depth + 1))) {
          break;
        }
      }
    }
    return bytes;
  };
  return visit(value, limit, 0);
}

/** Bytes of a text as JSON; its length where that alone is past `room`. */
function textBytes(text: string, room: number): number {
  return text.length > room ? text.length : quotedBytes(text);
}

/** Bytes of a text with its quotes and escapes. An encoder would make the bytes only to have them counted. */
function quotedBytes(text: string): number {
  return 2 + (PLAIN.test(text) ? text.length : Array.from(text).reduce((sum, each) => sum + characterBytes(each), 0));
}

function characterBytes(character: string): number {
  const code = character.codePointAt(0) as number;
  if (code < 0x80) {
    return /["\\\b\t\n\f\r]/.test(character) ? 2 : code < 0x20 ? ESCAPE : 1;
  }
  if (code < 0x800) {
    return 2;
  }
  // Half of a pair that stands alone is escaped.
  return code >= 0xd800 && code <= 0xdfff ? ESCAPE : code < 0x10000 ? 3 : 4;
}
