/** @file The trials of a search, and the best of them. */
import type { TrialPayload } from '@switchyard/kernel-lib/protocol';
import { trialSteps } from '../charts/trial/trialSteps';
import { trialValues } from '../charts/trial/trialValues';
import type { IKind } from './kind';
import { figureSummary } from './kind';

export const trial: IKind<TrialPayload> = {
  tabs: (trans) => [
    {
      id: 'trials',
      label: trans.__('Trials'),
      pictures: [
        {
          id: 'trial-values',
          title: trans.__('Each trial, and the best so far'),
          chart: trialValues,
          openNumbers: true
        },
        { id: 'trial-steps', title: trans.__('Values on the way'), chart: trialSteps }
      ]
    }
  ],
  summary: (payload, context) => figureSummary(trialValues(payload, context))
};
