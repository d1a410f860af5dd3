import type { Numeric } from '../../protocol';
import { significant } from '../format';

/** The last value of each series, as one line; none where there is no series. */
export function scalarLine(scalars: Record<string, Numeric[]>): string[] {
  const latest = Object.entries(scalars).map(([name, values]) => `${name} ${significant(lastOf(values))}`);
  return latest.length > 0 ? [latest.join(', ')] : [];
}

/** The last value of a series that is not null; null where there is none. */
function lastOf(values: readonly Numeric[]): Numeric {
  return values.filter((value) => value !== null).at(-1) ?? null;
}
