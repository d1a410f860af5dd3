import type { Cost, MasksData } from '../../../protocol';
import { percent, significant } from '../../format';
import { textTable } from '../../texts/textTable';
import { firstRows } from '../../texts/firstRows';

const COSTS: [string, keyof Cost][] = [
  ['parameters', 'parameters'],
  ['flops', 'flops'],
  ['milliseconds', 'milliseconds'],
  ['bytes', 'bytes']
];

/** Share kept of each group, and cost before and after. */
export function masksText({ mode, groups, omitted, before, after, metric }: MasksData): string[] {
  const rows = groups.map(({ path, granularity, shape, kept }) => [path, granularity, shape.join('x'), percent(kept)]);
  const head = [`group (${mode})`, 'of', 'shape', 'kept'];
  const costs = COSTS.filter(([, key]) => before[key] !== null).map(([name, key]) =>
    row(name, before[key], after[key])
  );
  const quality = metric === null ? [] : [row(metric.name, metric.before, metric.after)];
  return [
    ...firstRows({ head, rows, left: 2, of: 'groups', omitted }),
    ...textTable([['', 'before', 'after', 'ratio'], ...costs, ...quality], 1)
  ];
}

function row(name: string, before: number | null, after: number | null): string[] {
  const ratio = before === null || after === null || before === 0 ? null : after / before;
  return [name, exact(before), exact(after), significant(ratio)];
}

/** A count as it is, another number with the digits that count. */
function exact(value: number | null): string {
  return value !== null && Number.isInteger(value) ? String(value) : significant(value);
}
