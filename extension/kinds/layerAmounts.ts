/** @file The amount of one thing in each layer, over a run or in named states. */
import { latestAmounts } from '@switchyard/kernel-lib/protocol';
import type { LayerAmountsPayload } from '@switchyard/kernel-lib/protocol';
import { amountLabels, amountWords } from '../charts/layerAmounts/amountLabels';
import { amountsAt, amountsScalars } from '../charts/layerAmounts/amountsScalars';
import { amountsByLayer } from '../charts/layerAmounts/amountsByLayer';
import { amountsOverSteps } from '../charts/layerAmounts/amountsOverSteps';
import { scalarPlots } from '../charts/scalarPlots';
import type { IKind } from './kind';
import { figureSummary } from './kind';

export const layerAmounts: IKind<LayerAmountsPayload> = {
  tabs: (trans) => [
    {
      id: 'layers',
      label: trans.__('Layers'),
      pictures: [
        { id: 'amounts-over-steps', title: trans.__('Each layer over the run'), chart: amountsOverSteps },
        { id: 'amounts-scalars', title: trans.__('Scalars over the run'), chart: amountsScalars },
        { id: 'amounts-by-layer', title: trans.__('Amount by layer'), chart: amountsByLayer }
      ]
    }
  ],
  summary: (payload, context) => figureSummary(amountsByLayer(payload, context)),
  layers: amountLabels,
  replay: { steps: ({ steps }) => steps, at: amountsAt },
  brief: (data, trans) => {
    const known = latestAmounts(data).filter((amount) => amount !== null);
    const mean = known.reduce((sum, amount) => sum + amount, 0) / known.length;
    return known.length === 0 ? null : trans.__('%1 %2 in the mean', data.measure, amountWords(data)(mean));
  },
  scalars: ({ data }) => (data.steps.length === 0 ? null : { steps: data.steps, plots: scalarPlots(data.scalars) }),
  steered: true
};
