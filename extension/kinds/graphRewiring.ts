/** @file A graph whose edges were rewired. */
import type { GraphRewiringPayload } from '@switchyard/kernel-lib/protocol';
import { graphBefore } from '../charts/graphRewiring/graphBefore';
import { graphRewiring as edges } from '../charts/graphRewiring/graphRewiring';
import type { IKind } from './kind';
import { figureSummary } from './kind';

export const graphRewiring: IKind<GraphRewiringPayload> = {
  tabs: (trans) => [
    {
      id: 'rewiring',
      label: trans.__('Rewiring'),
      pictures: [
        { id: 'graph-before', title: trans.__('Edges by curvature, before'), chart: graphBefore },
        { id: 'graph-rewiring', title: trans.__('Edges by curvature'), chart: edges }
      ]
    }
  ],
  summary: (payload, context) => figureSummary(edges(payload, context), null)
};
