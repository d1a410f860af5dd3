/** @file Where the leaves and joins of a tree stand: no two branches cross. */
import type { ExpertTree } from './kinds/mergeTree';

/** Join of two branches of a tree that is laid out. */
export interface TreeJoin {
  /** Experts of the two clusters that it joins, and of both. */
  left: number[];
  right: number[];
  members: number[];
  distance: number;
  /** Rows of the two clusters, and the distances at which those were made. */
  rows: [number, number];
  from: [number, number];
}

/** Layout of a tree: where its leaves and joins stand. */
export interface TreeLayout {
  /** Experts from the first row to the last. */
  order: number[];
  joins: TreeJoin[];
}

/** Clusters that are not joined in the end stand one below the other, in the order of their first expert. */
export function treeLayout({ experts, merges }: Pick<ExpertTree, 'experts' | 'merges'>): TreeLayout {
  const members: number[][] = experts.map((_, expert) => [expert]);
  merges.forEach(({ left, right }) => members.push([...members[left], ...members[right]]));
  const joined = new Set(merges.flatMap(({ left, right }) => [left, right]));
  const roots = members.map((_, cluster) => cluster).filter((cluster) => !joined.has(cluster));
  const order = roots
    .map((cluster) => members[cluster])
    .sort((a, b) => Math.min(...a) - Math.min(...b))
    .flat();
  const row: number[] = new Array<number>(experts.length);
  order.forEach((expert, i) => (row[expert] = i));
  const height = experts.map(() => 0);
  const joins = merges.map(({ left, right, distance }, i): TreeJoin => {
    row.push((row[left] + row[right]) / 2);
    height.push(distance);
    return {
      left: members[left],
      right: members[right],
      members: members[experts.length + i],
      distance,
      rows: [row[left], row[right]],
      from: [height[left], height[right]]
    };
  });
  return { order, joins };
}
