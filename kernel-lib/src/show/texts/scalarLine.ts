import { OF_THE_MACHINE } from '../../protocol';
import type { Numeric } from '../../protocol';
import { significant } from '../format';

/** The last value of each series, as one line, but of the machine's; none where there is no series. */
export function scalarLine(scalars: Record<string, Numeric[]>): string[] {
  const shown = Object.entries(scalars).filter(([name]) => !name.startsWith(OF_THE_MACHINE));
  const latest = shown.map(([name, values]) => `${name} ${significant(lastOf(values))}`);
  return latest.length > 0 ? [latest.join(', ')] : [];
}

/** The last value of a series that is not null; null where there is none. */
function lastOf(values: readonly Numeric[]): Numeric {
  return values.filter((value) => value !== null).at(-1) ?? null;
}
