/** @file The trials of a search, and the best of them. */
import type { TrialPayload } from '@switchyard/kernel-lib/protocol';
import { trialArchitecture } from '../charts/trial/trialArchitecture';
import { trialParallel } from '../charts/trial/trialParallel';
import { trialRungs } from '../charts/trial/trialRungs';
import { trialSteps } from '../charts/trial/trialSteps';
import { trialValues } from '../charts/trial/trialValues';
import { brief } from '../charts/text';
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
        { id: 'trial-steps', title: trans.__('Values on the way'), chart: trialSteps },
        { id: 'trial-rungs', title: trans.__('Rungs'), chart: trialRungs }
      ]
    },
    {
      id: 'candidates',
      label: trans.__('Candidates'),
      pictures: [
        { id: 'trial-parallel', title: trans.__('What was tried'), chart: trialParallel },
        { id: 'trial-architecture', title: trans.__('Network of a trial'), chart: trialArchitecture }
      ]
    }
  ],
  progress: ({ step, totalSteps }, trans) =>
    totalSteps === null ? trans.__('trial %1', step) : trans.__('trial %1 of %2', step, totalSteps),
  brief: ({ trials, best }, trans) =>
    best.length === 0 ? null : trans.__('best %1', brief(trials[best[0]].values[0])),
  summary: (payload, context) => figureSummary(trialValues(payload, context))
};
