/** @file Which experts are alike, and which were merged. */
import type { MergeTreePayload } from '@switchyard/kernel-lib/protocol';
import type { ITable } from '../base/table';
import type { IChartContext } from '../charts/figure';
import { mergeTree as tree } from '../charts/mergeTree/mergeTree';
import { brief, layerLabels } from '../charts/text';
import type { IKind } from './kind';
import { figureSummary } from './kind';

export const mergeTree: IKind<MergeTreePayload> = {
  tabs: (trans) => [
    {
      id: 'merges',
      label: trans.__('Merges'),
      pictures: [{ id: 'merge-tree', title: trans.__('Which experts are alike'), chart: tree }]
    }
  ],
  summary: (payload, context) => figureSummary(tree(payload, context), trees(payload, context)),
  layers: ({ layers }) => layerLabels(layers)
};

/** A row a layer instead of one a join. */
function trees(payload: MergeTreePayload, { trans }: IChartContext): ITable {
  const labels = layerLabels(payload.data.layers);
  return {
    columns: [trans.__('Layer'), trans.__('Experts'), trans.__('Groups'), trans.__('Nearest'), trans.__('Farthest')],
    rows: payload.data.layers.map(({ experts, groups, merges }, i) => {
      const distances = merges.map(({ distance }) => distance);
      const ends = distances.length > 0 ? [Math.min(...distances), Math.max(...distances)] : [null, null];
      const left = groups.length > 0 ? String(new Set(groups).size) : '–';
      return [labels[i], String(experts.length), left, ...ends.map(brief)];
    })
  };
}
