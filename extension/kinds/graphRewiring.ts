/** @file A graph whose edges were rewired. */
import type { GraphRewiringPayload } from '@switchyard/kernel-lib/protocol';
import { graphBefore } from '../charts/graphRewiring/graphBefore';
import { graphRewiring as edges } from '../charts/graphRewiring/graphRewiring';
import { graphScene } from '../charts/graphRewiring/graphScene';
import { graphSensitivity } from '../charts/graphRewiring/sensitivity';
import { sensitivityByDistance } from '../charts/graphRewiring/sensitivityDistance';
import { filled, lacking } from '../charts/graphRewiring/whole';
import type { IKind } from './kind';
import { figureSummary } from './kind';

export const graphRewiring: IKind<GraphRewiringPayload> = {
  tabs: (trans) => [
    {
      id: 'rewiring',
      label: trans.__('Rewiring'),
      pictures: [
        { id: 'graph-before', title: trans.__('The graph before'), chart: graphBefore },
        { id: 'graph-rewiring', title: trans.__('The graph'), chart: edges },
        { id: 'graph-sensitivity', title: trans.__('What the output at a node hangs on'), chart: graphSensitivity },
        { id: 'sensitivity-distance', title: trans.__('Sensitivity by distance'), chart: sensitivityByDistance },
        { id: 'graph-whole', title: trans.__('The whole graph'), graph: graphScene }
      ]
    }
  ],
  details: { lacking, filled, isSaid: true },
  summary: (payload, context) => figureSummary(edges(payload, context), null)
};
