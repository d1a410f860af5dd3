/** The list of a key in a table of lists; an empty one where it had none. */
export function listOf<K, T>(table: Map<K, T[]>, key: K): T[] {
  const found = table.get(key);
  if (found !== undefined) {
    return found;
  }
  const made: T[] = [];
  table.set(key, made);
  return made;
}
