import type { ExpertTree, MergeTreeData, MergeTreePayload } from '../../../protocol';
import { roundScalar } from '../../bounds/rounding';
import { evenly } from '../../bounds/evenly';
import { fit } from '../../bounds/fit';
import { legal, short } from '../../bounds/labels';
import { omitted } from '../../bounds/omitted';

/** Layers are left out, evenly over the depth: a tree is whole or not there. Where not one fits, labels are cut. */
export function boundMergeTree(payload: MergeTreePayload): MergeTreePayload {
  const max = payload.data.layers.length;
  const least = Math.min(1, max);
  return fit(payload, [
    { max, least, keep: (count) => withLayers(payload.data, count, legal) },
    { max, least, keep: (count) => withLayers(payload.data, count, short) },
    { max, least: 0, keep: (count) => withLayers(payload.data, count, () => '') }
  ]);
}

function withLayers(data: MergeTreeData, count: number, text: (label: string) => string): MergeTreeData {
  const layers = evenly(data.layers.length, count).map((i) => roundTree(data.layers[i], text));
  return { ...data, metric: legal(data.metric), layers, ...omitted(data.omitted, data.layers.length - count) };
}

function roundTree(tree: ExpertTree, text: (label: string) => string): ExpertTree {
  const merges = tree.merges.map((merge) => ({ ...merge, distance: roundScalar(merge.distance) ?? 0 }));
  return { path: legal(tree.path), experts: tree.experts.map(text), merges, groups: tree.groups };
}
