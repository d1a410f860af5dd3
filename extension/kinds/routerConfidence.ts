/** @file How sure each router is, and how often it is right. */
import type { RouterConfidencePayload } from '@switchyard/kernel-lib/protocol';
import { confidenceAgreement } from '../charts/routerConfidence/confidenceAgreement';
import { confidenceByLayer } from '../charts/routerConfidence/confidenceByLayer';
import { layerLabels } from '../charts/text';
import type { IKind } from './kind';
import { figureSummary } from './kind';

export const routerConfidence: IKind<RouterConfidencePayload> = {
  tabs: (trans) => [
    {
      id: 'confidence',
      label: trans.__('Confidence'),
      pictures: [
        { id: 'confidence-by-layer', title: trans.__('Confidence of each router'), chart: confidenceByLayer },
        {
          id: 'confidence-agreement',
          title: trans.__('Confidence and agreement, one layer'),
          chart: confidenceAgreement
        }
      ]
    }
  ],
  summary: (payload, context) => figureSummary(confidenceByLayer(payload, context)),
  layers: ({ layers }) => layerLabels(layers)
};
