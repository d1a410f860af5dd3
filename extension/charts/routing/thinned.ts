/** @file Which of many labels are drawn. */

/**
 * Indices that stand at least `apart` pixels from one another, evenly, when there are `size` pixels for each.
 * @param kept - An index that is always among them; its neighbours give way.
 */
export function thinned(count: number, size: number, apart: number, kept = -1): number[] {
  const stride = Math.max(1, Math.ceil(apart / size));
  return Array.from({ length: count }, (_, i) => i).filter(
    (i) => i === kept || (i % stride === 0 && (kept < 0 || Math.abs(i - kept) >= stride))
  );
}
