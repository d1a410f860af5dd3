/** Clause that says how many entries were left out: nothing where none was. */
export function omitted(before: number | undefined, now: number): { omitted?: number } {
  const all = (before ?? 0) + now;
  return all > 0 ? { omitted: all } : {};
}
