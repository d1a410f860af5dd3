/** Nested deeper than any payload; a cycle ends here as well. */
const MAX_DEPTH = 32;

/**
 * Bytes of a value as UTF-8 JSON, counted without building the text. Stops counting past `limit` (the result is then
 * only known to be larger), so that a value of any size, or one that contains itself, is measured in bounded time.
 */
export function jsonBytes(value: unknown, limit = Infinity): number {
  const encoder = new TextEncoder();
  const quoted = (text: string): number => encoder.encode(JSON.stringify(text)).length;
  const visit = (item: unknown, room: number, depth: number): number => {
    if (typeof item === 'string') {
      return item.length > room ? item.length : quoted(item);
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
      Object.entries(item)
        .filter(([, entry]) => entry !== undefined)
        .every(([key, entry]) => add(quoted(key) + 1 + visit(entry, room - bytes, depth + 1)));
    }
    return bytes;
  };
  return visit(value, limit, 0);
}
