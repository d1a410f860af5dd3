import { checkArray, checkInteger, checkNumber, checkObject, checkText, refuse } from '../checks';
import type { Check } from '../checks';
import type { Envelope } from '../envelope';
import { MAX_LAYERS, MAX_TREE_EXPERTS } from '../limits';
import type { Count, Index, Magnitude, Positive, Text } from '../numbers';
import { checkOmitted, orEmpty } from '../tables';

/** Which experts are alike, as trees, and which were merged. */
export type MergeTreePayload = Envelope<'merge-tree', MergeTreeData>;

/** Data of a payload of merged experts. */
export interface MergeTreeData {
  /** Measure of distance, for example "1 - cosine of router logits". */
  metric: Text;
  /**
   * The layers in order of depth; L.
   * @maxItems 1024
   */
  layers: ExpertTree[];
  /** Layers left out, evenly over the depth, because they would not fit; absent where none is. */
  omitted?: Count;
}

/** Tree of merges of the experts of one layer. */
export interface ExpertTree {
  /** Module path. */
  path: Text;
  /**
   * A label for each expert; E.
   * @minItems 1
   * @maxItems 512
   */
  experts: Text[];
  /** Joins, nearest first; E - 1 at most, fewer where the clustering stopped. */
  merges: Merge[];
  /** Group of each expert after merging, from 0; E. Empty where nothing was merged. */
  groups: Index[];
}

/** One join: numbers below E are experts, E + i is the cluster that join i made. */
export interface Merge {
  left: Count;
  right: Count;
  distance: Magnitude;
  /** Experts in the new cluster. */
  size: Positive;
}

/** Checks the data of a merge-tree payload. */
export function checkMergeTree(value: unknown, path: string): void {
  const data = checkObject(value, path);
  checkText(data.metric, `${path}.metric`);
  checkOmitted(data.omitted, `${path}.omitted`);
  checkArray(data.layers, `${path}.layers`, { max: MAX_LAYERS, item: checkTree });
}

function checkTree(value: unknown, path: string): void {
  const tree = checkObject(value, path);
  checkText(tree.path, `${path}.path`);
  const experts = checkArray(tree.experts, `${path}.experts`, {
    min: 1,
    max: MAX_TREE_EXPERTS,
    item: checkText
  }).length;
  checkMerges(tree.merges, `${path}.merges`, experts);
  const group: Check = (item, at) => checkInteger(item, at, 0, experts - 1);
  checkArray(tree.groups, `${path}.groups`, { length: orEmpty(tree.groups, experts), item: group });
}

/** Each cluster is joined at most once, after it was made. */
function checkMerges(value: unknown, path: string, experts: number): void {
  const joined = new Set<number>();
  checkArray(value, path, { max: experts - 1 }).forEach((item, i) => {
    const at = `${path}[${i}]`;
    const merge = checkObject(item, at);
    for (const side of ['left', 'right']) {
      const cluster = checkInteger(merge[side], `${at}.${side}`, 0, experts + i - 1);
      if (joined.has(cluster)) {
        refuse(`${at}.${side}`, 'must be a cluster that no earlier join took', cluster);
      }
      joined.add(cluster);
    }
    checkNumber(merge.distance, `${at}.distance`, 0);
    checkInteger(merge.size, `${at}.size`, 2, experts);
  });
}
