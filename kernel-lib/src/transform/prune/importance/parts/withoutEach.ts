import { fail } from '../../../../base/core';
import type { Module } from '../../../../base/core';
import { copyModel } from '../../../../models/copyModel';
import { groups as groupsOf } from '../../groups';
import type { PruningGroup } from '../../groups';

/** Measure of a model without each stored position of these groups in turn, on a copy; positions that are cut already count 0. */
export function withoutEach(
  where: string,
  model: Module,
  groups: readonly PruningGroup[],
  measure: (cut: Module) => number
): Float32Array[] {
  const copy = copyModel(model);
  try {
    const axes = groupsOf(copy);
    return groups.map(({ name, pinned }) => {
      const { axis } = axes.get(name)!;
      const read = axis.selection ?? Int32Array.from({ length: axis.storedSize }, (_, i) => i);
      if (pinned !== null || read.length < 2) {
        fail(where, 'groups must have positions that can go', `${name}: ${pinned ?? 'one position'}`);
      }
      const scores = new Float32Array(axis.storedSize);
      for (const position of read) {
        axis.keep(read.filter((other) => other !== position));
        scores[position] = measure(copy);
      }
      axis.keep(read);
      return scores;
    });
  } finally {
    copy.dispose();
  }
}
