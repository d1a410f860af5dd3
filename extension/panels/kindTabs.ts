/** @file The tabs of kinds besides routing and training: one each, for a kind that has no other. */
import type { TranslationBundle } from '@jupyterlab/translation';
import {
  confidenceAgreement,
  confidenceByLayer,
  depthTokens,
  depthUsage,
  graphRewiring,
  masksCost,
  masksGrid,
  masksKept,
  mergeTree,
  pareto,
  timeline
} from '../charts';
import type { Chart } from './forKinds';
import { forKinds } from './forKinds';
import type { IPicture } from './picture';
import type { ITab } from './tabs';

export function kindTabs(
  trans: TranslationBundle,
  figure: (id: string, title: string, chart: Chart) => IPicture
): ITab[] {
  return [
    {
      id: 'depth',
      label: trans.__('Depth'),
      kinds: ['depth-usage'],
      create: () => [
        figure('depth-usage', trans.__('What tokens took of each layer'), forKinds(['depth-usage'], depthUsage)),
        figure('depth-tokens', trans.__('Token by token'), forKinds(['depth-usage'], depthTokens))
      ]
    },
    {
      id: 'confidence',
      label: trans.__('Confidence'),
      kinds: ['router-confidence'],
      create: () => [
        figure(
          'confidence-by-layer',
          trans.__('Confidence of each router'),
          forKinds(['router-confidence'], confidenceByLayer)
        ),
        figure(
          'confidence-agreement',
          trans.__('Confidence and agreement, one layer'),
          forKinds(['router-confidence'], confidenceAgreement)
        )
      ]
    },
    {
      id: 'front',
      label: trans.__('Front'),
      kinds: ['pareto'],
      create: () => [figure('pareto', trans.__('Pareto front'), forKinds(['pareto'], pareto))]
    },
    {
      id: 'masks',
      label: trans.__('Masks'),
      kinds: ['masks'],
      create: () => [
        figure('masks-kept', trans.__('Kept of each group'), forKinds(['masks'], masksKept)),
        figure('masks-grid', trans.__('Where one group is kept'), forKinds(['masks'], masksGrid)),
        figure('masks-cost', trans.__('Before and after'), forKinds(['masks'], masksCost))
      ]
    },
    {
      id: 'merges',
      label: trans.__('Merges'),
      kinds: ['merge-tree'],
      create: () => [figure('merge-tree', trans.__('Which experts are alike'), forKinds(['merge-tree'], mergeTree))]
    },
    {
      id: 'rewiring',
      label: trans.__('Rewiring'),
      kinds: ['graph-rewiring'],
      create: () => [
        figure('graph-rewiring', trans.__('Edges by curvature'), forKinds(['graph-rewiring'], graphRewiring))
      ]
    },
    {
      id: 'timeline',
      label: trans.__('Timeline'),
      kinds: ['timeline'],
      create: () => [figure('timeline', trans.__('What each device does'), forKinds(['timeline'], timeline))]
    }
  ];
}
