import { fail } from '../../../base/core';
import { linkage } from '../../../base/math';
import type { LinkageMethod } from '../../../base/math';
import type { ExpertTree, MergeTreePayload } from '../../../protocol';
import { still } from '../../envelope';

/** The experts of one layer. */
export interface MergedLayer {
  /** Module path. */
  path: string;
  /** How far experts are from each other; [E][E]: `moe.expertDistances(moe.expertStatistics(layer, tokens))`. */
  distances: readonly (readonly number[])[];
  /** Experts merged into each that is left, `moe.mergeExperts(...).report.groups`. Default: none is merged. */
  groups?: readonly (readonly number[])[];
  /** A label for each expert; E. Default: their numbers. */
  experts?: readonly string[];
}

/** Options of `show.mergeTree`. */
export interface MergeTreeOptions {
  /** Measure of distance. Default "1 - cosine of router logits". */
  metric?: string;
  /** Default "average". */
  method?: LinkageMethod;
  /** Title for people. Default "experts by likeness". */
  title?: string;
}

/**
 * Which experts of each layer are alike, as trees, and which were merged, as a payload.
 *
 * @throws {SwitchyardError} where distances are not [E][E], or groups do not hold each expert once.
 */
export function mergeTree(
  layers: readonly MergedLayer[],
  { metric = '1 - cosine of router logits', method, title = 'experts by likeness' }: MergeTreeOptions = {}
): MergeTreePayload {
  return still('merge-tree', { metric, layers: layers.map((layer) => treeOf(layer, method)) }, { title });
}

function treeOf({ path, distances, groups, experts }: MergedLayer, method: LinkageMethod | undefined): ExpertTree {
  const numExperts = distances.length;
  if (experts !== undefined && experts.length !== numExperts) {
    fail('show.mergeTree', `experts must have a label for each of ${numExperts}`, experts.length);
  }
  return {
    path,
    experts: experts === undefined ? distances.map((_, e) => String(e)) : [...experts],
    merges: linkage(distances, { method }),
    groups: groups === undefined ? [] : groupOf(groups, numExperts)
  };
}

function groupOf(groups: readonly (readonly number[])[], numExperts: number): number[] {
  const found = Array.from({ length: numExperts }, (_, e) => groups.findIndex((members) => members.includes(e)));
  return found.includes(-1) || groups.flat().length !== numExperts
    ? fail('show.mergeTree', `groups must hold each of 0..${numExperts - 1} once`, groups)
    : found;
}
