/** @file Labels of pruned groups: they are told apart by the ends of their paths. */
import type { MasksData } from '@switchyard/kernel-lib/protocol';
import { layerLabels } from '../text';

const LENGTH = 22;

export function groupLabels({ groups }: MasksData): string[] {
  return layerLabels(groups, LENGTH);
}
