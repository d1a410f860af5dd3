import { MAX_MEMBERS, MAX_NODES } from '../../../protocol';
import type { PruningGroupsData, PruningGroupsPayload } from '../../../protocol';
import { evenly } from '../../bounds/evenly';
import { fit } from '../../bounds/fit';
import { legal, short } from '../../bounds/labels';
import { omitted } from '../../bounds/omitted';

/** Groups go, evenly over the depth; modules that then carry none go with them. At last parameters and labels are cut. */
export function boundPruningGroups(payload: PruningGroupsPayload): PruningGroupsPayload {
  const { data } = payload;
  const max = Math.min(MAX_NODES, data.groups.length);
  const least = Math.min(1, max);
  return fit(payload, [
    { max, least, keep: (count) => withGroups(data, count, legal) },
    { max, least: 0, keep: (count) => withGroups(data, count, short) }
  ]);
}

function withGroups(data: PruningGroupsData, count: number, text: (label: string) => string): PruningGroupsData {
  const chosen = evenly(data.groups.length, count).map((i) => data.groups[i]);
  const carried = new Set(chosen.flatMap(({ members }) => members.map(({ module }) => module)));
  const kept = data.modules.map((_, i) => i).filter((i) => carried.has(i)).slice(0, MAX_NODES); // prettier-ignore
  const place = new Map(kept.map((module, i) => [module, i]));
  const groups = chosen.map((group) => ({
    ...group,
    ...{ name: text(group.name), axis: text(group.axis), pinned: group.pinned === null ? null : text(group.pinned) },
    members: group.members
      .filter(({ module }) => place.has(module))
      .slice(0, MAX_MEMBERS)
      .map(({ module, parameters }) => ({ module: place.get(module)!, parameters: text(parameters) }))
  }));
  return {
    modules: kept.map((i) => ({ ...data.modules[i], path: text(data.modules[i].path) })),
    groups: groups.map((group) => ({ ...group, column: Math.min(group.column, MAX_NODES - 1) })),
    ...omitted(data.omitted, data.groups.length - count)
  };
}
