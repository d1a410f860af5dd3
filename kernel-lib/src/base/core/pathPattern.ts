import { fail } from './errors';

/**
 * Whether a path fits one of these patterns. In a pattern `*` stands for any characters of one name, `**` for any number of names, none
 * among them: "layers.*.attention", "**.hidden", "layers.0.**".
 */
export function matchesPath(patterns: readonly string[], path: string): boolean {
  const names = path.split('.');
  return patterns.some((pattern) => fits(pattern.split('.'), names));
}

/**
 * Refuses patterns that fit none of the paths.
 *
 * @param what - What the paths are of, for the error: "parameters".
 */
export function expectPathsFound(
  where: string,
  name: string,
  patterns: readonly string[],
  { paths, what }: { paths: readonly string[]; what: string }
): void {
  const unknown = patterns.find((pattern) => !paths.some((path) => matchesPath([pattern], path)));
  if (unknown !== undefined) {
    fail(where, `${name} must name ${what} of the model (${paths.join(', ').slice(0, 300)})`, unknown);
  }
}

function fits([first, ...rest]: readonly string[], names: readonly string[]): boolean {
  if (first === undefined) {
    return names.length === 0;
  }
  if (first === '**') {
    return Array.from({ length: names.length + 1 }, (_, skipped) => skipped).some((n) => fits(rest, names.slice(n)));
  }
  return names.length > 0 && fitsName(first, names[0]) && fits(rest, names.slice(1));
}

function fitsName(pattern: string, name: string): boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`).test(name);
}
