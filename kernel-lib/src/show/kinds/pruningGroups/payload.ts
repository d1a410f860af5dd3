import { fail } from '../../../base/core';
import type { Module } from '../../../base/core';
import type { PruningGroupsData, PruningGroupsPayload } from '../../../protocol';
import { groups as groupsOf } from '../../../transform/prune';
import type { PruningGroup } from '../../../transform/prune';
import { still } from '../../envelope';
import { columnsOf } from './columns';
import { foldBlocks } from './foldBlocks';
import type { CarryingModule } from './foldBlocks';

/** Options of `show.groups`. */
export interface GroupsOptions {
  /** Title for people. Default "pruning groups". */
  title?: string;
}

/**
 * Groups of a model that are pruned together, as a payload: which modules carry each axis, and so who drags whom along. Blocks that are alike are folded
 * into one. A model, or what `prune.groups` found of one.
 *
 * @throws {SwitchyardError} where there is no group.
 */
export function groups(
  of: Module | ReadonlyMap<string, PruningGroup>,
  { title = 'pruning groups' }: GroupsOptions = {}
): PruningGroupsPayload {
  const all = 'parameters' in of ? groupsOf(of) : of;
  if (all.size === 0) {
    fail('show.groups', 'there must be at least one group', 0);
  }
  return still('pruning-groups', dataOf(all), { title });
}

function dataOf(all: ReadonlyMap<string, PruningGroup>): PruningGroupsData {
  const signature = ({ kind, size, values, pinned }: PruningGroup): string => JSON.stringify([kind, size, values, pinned]); // prettier-ignore
  const folded = foldBlocks({
    modules: modulesOf(all),
    groups: new Map([...all].map(([name, group]) => [name, { name, signature: signature(group), repeats: 1 }]))
  });
  const lists = [...folded.groups].map(([key, { name, repeats }]) => ({
    ...{ group: all.get(key)!, name, repeats },
    members: folded.modules.flatMap(({ carries }, module) =>
      carries.filter(({ group }) => group === key).map(({ parameters }) => ({ module, parameters }))
    )
  }));
  const columns = columnsOf(lists.map(({ members }) => [members[0].module, members.at(-1)!.module]));
  return {
    modules: folded.modules.map(({ names, repeats }) => ({ path: names.join('.'), repeats })),
    groups: lists.map(({ group: { kind, size, values, pinned }, name, repeats, members }, i) => ({
      ...{ name, axis: kind, size, values, repeats, pinned, column: columns[i], members }
    }))
  };
}

/** Modules in order of depth, as their parameters come, and which of these carry what. */
function modulesOf(all: ReadonlyMap<string, PruningGroup>): CarryingModule[] {
  const found = new Map<string, Map<string, string[]>>();
  const order = orderOf(all);
  order.forEach((path) => {
    const cut = path.lastIndexOf('.');
    found.set(path.slice(0, Math.max(0, cut)), new Map());
  });
  for (const [name, { members }] of all) {
    for (const { path, dimension } of members) {
      const cut = path.lastIndexOf('.');
      const carries = found.get(path.slice(0, Math.max(0, cut)))!;
      carries.set(name, [...(carries.get(name) ?? []), `${path.slice(cut + 1)} ${dimension}`]);
    }
  }
  return [...found].map(([path, carries]) => ({
    names: path === '' ? ['model'] : path.split('.'),
    carries: [...carries].map(([group, parameters]) => ({ group, parameters: parameters.join(', ') })),
    repeats: 1
  }));
}

/** Paths of all parameters in the model's order: each group lists its own in that order. */
function orderOf(all: ReadonlyMap<string, PruningGroup>): string[] {
  const lists = [...all.values()].map(({ members }) => [...new Set(members.map(({ path }) => path))]);
  const after = new Map<string, Set<string>>();
  const before = new Map<string, number>();
  lists.flat().forEach((path) => {
    after.set(path, after.get(path) ?? new Set());
    before.set(path, before.get(path) ?? 0);
  });
  lists.forEach((list) =>
    list.slice(1).forEach((path, i) => {
      const next = after.get(list[i])!;
      if (!next.has(path)) {
        next.add(path);
        before.set(path, before.get(path)! + 1);
      }
    })
  );
  return sorted(after, before);
}

/** A topological order, the first found first. */
function sorted(after: ReadonlyMap<string, ReadonlySet<string>>, before: Map<string, number>): string[] {
  const rest = new Set(after.keys());
  const out: string[] = [];
  while (rest.size > 0) {
    const next = [...rest].find((path) => before.get(path) === 0)!;
    rest.delete(next);
    out.push(next);
    after.get(next)!.forEach((path) => before.set(path, before.get(path)! - 1));
  }
  return out;
}
