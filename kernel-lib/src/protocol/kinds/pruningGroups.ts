import { checkArray, checkInteger, checkObject, checkText } from '../checks';
import type { Check } from '../checks';
import type { Envelope } from '../envelope';
import { MAX_MEMBERS, MAX_NODES } from '../limits';
import type { Count, Positive, Text } from '../numbers';
import { checkOmitted } from '../tables';

/** Groups of a model that are pruned together: modules, and the axes that they share. */
export type PruningGroupsPayload = Envelope<'pruning-groups', PruningGroupsData>;

/** Data of a payload of pruning groups. */
export interface PruningGroupsData {
  /**
   * Modules that carry an axis, in order of depth, blocks that are alike folded into one: "layers.0–29.attention.query"; N.
   * @maxItems 512
   */
  modules: { path: Text; repeats: Positive }[];
  /** @maxItems 512 */
  groups: SharedAxis[];
  /** Groups left out because they would not fit; absent where none is. */
  omitted?: Count;
}

/** An axis, and the modules that lose a slice when one of its positions goes. */
export interface SharedAxis {
  /** Path that its members have in common, and the axis: "layers.0–29.feedForward.hidden". */
  name: Text;
  /** The axis's own name: "hidden", "heads", "width". */
  axis: Text;
  /** Positions. */
  size: Positive;
  /** Stored values that go with one position. */
  values: Count;
  /** Groups that are alike and folded into this one. */
  repeats: Positive;
  /** Why it cannot be pruned; null where it can. */
  pinned: Text | null;
  /** Column of the picture: groups of one column do not overlap. The sender lays out, so that the picture is the same each time. */
  column: Count;
  /**
   * In order of depth.
   * @maxItems 512
   */
  members: GroupMember[];
}

/** Member of a group: the parameters of one module that it takes along. */
export interface GroupMember {
  /** Index into `modules`. */
  module: Count;
  /** Parameters of the module that carry the axis, with the dimension: "weight 0, bias 0". */
  parameters: Text;
}

/** Checks the data of a pruning-groups payload. */
export function checkPruningGroups(value: unknown, path: string): void {
  const data = checkObject(value, path);
  const module: Check = (item, at) => {
    const { path: name, repeats } = checkObject(item, at);
    checkText(name, `${at}.path`);
    checkInteger(repeats, `${at}.repeats`, 1);
  };
  const modules = checkArray(data.modules, `${path}.modules`, { max: MAX_NODES, item: module }).length;
  const group: Check = (item, at) => checkGroup(item, at, modules);
  checkArray(data.groups, `${path}.groups`, { max: MAX_NODES, item: group });
  checkOmitted(data.omitted, `${path}.omitted`);
}

function checkGroup(value: unknown, path: string, modules: number): void {
  const group = checkObject(value, path);
  checkText(group.name, `${path}.name`);
  checkText(group.axis, `${path}.axis`);
  checkInteger(group.size, `${path}.size`, 1);
  checkInteger(group.values, `${path}.values`, 0);
  checkInteger(group.repeats, `${path}.repeats`, 1);
  if (group.pinned !== null) {
    checkText(group.pinned, `${path}.pinned`);
  }
  checkInteger(group.column, `${path}.column`, 0, MAX_NODES - 1);
  const member: Check = (item, at) => {
    const { module, parameters } = checkObject(item, at);
    checkInteger(module, `${at}.module`, 0, modules - 1);
    checkText(parameters, `${at}.parameters`);
  };
  checkArray(group.members, `${path}.members`, { max: MAX_MEMBERS, item: member });
}
