import type { PruningGroupsData } from '../../../protocol';
import { firstRows } from '../../texts/firstRows';

/** Each group: how many there are, its positions, what goes with one, and the modules that carry it. */
export function pruningGroupsText({ modules, groups, omitted }: PruningGroupsData): string[] {
  const rows = groups.map(({ name, size, values, repeats, members, pinned }) => [
    ...[name, repeats > 1 ? `${repeats} times` : ''],
    ...[String(size), String(values), String(members.reduce((sum, { module }) => sum + modules[module].repeats, 0))],
    pinned ?? ''
  ]);
  const head = ['group', '', 'positions', 'values of one', 'modules', 'pinned'];
  return firstRows({ head, rows, left: 2, of: 'groups', omitted });
}
