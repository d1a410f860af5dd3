/** @file Labels of pruned groups: they are told apart by the layer's number and the ends of their paths. */
import { toldApart } from '@switchyard/kernel-lib/protocol';
import type { MasksData } from '@switchyard/kernel-lib/protocol';

const LENGTH = 22;

export function groupLabels({ groups }: Pick<MasksData, 'groups'>, length = LENGTH): string[] {
  return toldApart(
    groups.map(({ path }) => path),
    length
  );
}
