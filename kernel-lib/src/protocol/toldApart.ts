/**
 * Paths in at most `length` characters each, so that they are told apart: what all begin and end with goes first where one is longer, then the middle, since
 * a layer's number stands near the start and what it is at the end.
 */
export function toldApart(paths: readonly string[], length: number): string[] {
  if (paths.every((path) => path.length <= length)) {
    return [...paths];
  }
  const split = paths.map((path) => path.split('.'));
  const [first] = split;
  const least = Math.min(...split.map((names) => names.length));
  const same = (at: (names: string[]) => string): boolean => split.every((names) => at(names) === at(first));
  let [start, end] = [0, 0];
  while (paths.length > 1 && start < least - 1 && same((names) => names[start])) {
    start++;
  }
  while (paths.length > 1 && start + end < least - 1 && same((names) => names[names.length - 1 - end])) {
    end++;
  }
  return split.map((names) => inside(names.slice(start, names.length - end).join('.'), length));
}

/** A text cut in its middle, behind its first number where that leaves room. */
function inside(text: string, length: number): string {
  if (text.length <= length) {
    return text;
  }
  const numbered = /^[^\d]*\d[\d–]*/.exec(text)?.[0].length ?? 0;
  const front = Math.min(numbered, length >> 1);
  return `${text.slice(0, front)}…${text.slice(1 + front - length)}`;
}
