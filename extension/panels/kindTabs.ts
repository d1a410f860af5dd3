/** @file The tabs of kinds besides routing and training: one each, for a kind that has no other. */
import type { TranslationBundle } from '@jupyterlab/translation';
import { confidenceAgreement } from '../charts/routerConfidence/confidenceAgreement';
import { confidenceByLayer } from '../charts/routerConfidence/confidenceByLayer';
import { depthTokens } from '../charts/depthUsage/depthTokens';
import { depthUsage } from '../charts/depthUsage/depthUsage';
import { graphRewiring } from '../charts/graphRewiring/graphRewiring';
import { masksCost } from '../charts/masks/masksCost';
import { masksGrid } from '../charts/masks/masksGrid';
import { masksKept } from '../charts/masks/masksKept';
import { mergeTree } from '../charts/mergeTree/mergeTree';
import { pareto } from '../charts/pareto/pareto';
import { timeline } from '../charts/timeline/timeline';
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
