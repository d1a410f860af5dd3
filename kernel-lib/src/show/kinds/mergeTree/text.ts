import type { ExpertTree, MergeTreeData } from '../../../protocol';
import { significant } from '../../format';
import { firstRows } from '../../texts/firstRows';

/** How many experts and groups each layer has, and how near its nearest and farthest joins are. */
export function mergeTreeText({ metric, layers, omitted }: MergeTreeData): string[] {
  const head = ['layer', 'experts', 'groups', 'joins', 'nearest', 'farthest'];
  return [`joined by ${metric}`, ...firstRows({ head, rows: layers.map(row), left: 1, of: 'layers', omitted })];
}

function row({ path, experts, groups, merges }: ExpertTree): string[] {
  const distances = merges.map(({ distance }) => distance);
  const left = groups.length === 0 ? '-' : String(new Set(groups).size);
  const ends = distances.length === 0 ? [null, null] : [Math.min(...distances), Math.max(...distances)];
  return [path, String(experts.length), left, String(merges.length), ...ends.map(significant)];
}
