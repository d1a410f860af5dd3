/** @file What each layer executed for each token. */
import type { DepthUsagePayload } from '@switchyard/kernel-lib/protocol';
import { depthLayers } from '../charts/depthUsage/depthLayers';
import { depthTokens } from '../charts/depthUsage/depthTokens';
import { depthUsage as usage } from '../charts/depthUsage/depthUsage';
import type { IKind } from './kind';
import { figureSummary } from './kind';

export const depthUsage: IKind<DepthUsagePayload> = {
  tabs: (trans) => [
    {
      id: 'depth',
      label: trans.__('Depth'),
      pictures: [
        { id: 'depth-usage', title: trans.__('What tokens took of each layer'), chart: usage },
        { id: 'depth-tokens', title: trans.__('Token by token'), chart: depthTokens }
      ]
    }
  ],
  summary: (payload, context) => figureSummary(usage(payload, context)),
  layers: depthLayers
};
