/** @file A run of a network without routers: its scalars over time. */
import type { TrainingPayload } from '@switchyard/kernel-lib/protocol';
import { CurvesTable } from '../charts/training/curvesTable';
import { trainingAt } from '../charts/training/trainingAt';
import { scalarPlots } from '../charts/scalarPlots';
import { trainingScalars } from '../charts/training/trainingScalars';
import type { IKind } from './kind';

export const training: IKind<TrainingPayload> = {
  tabs: (trans) => [
    {
      id: 'scalars',
      label: trans.__('Scalars'),
      pictures: [{ id: 'scalars', title: trans.__('Scalars over the run'), chart: trainingScalars }]
    }
  ],
  output: (trans) => new CurvesTable(trans),
  brief: ({ scalars }, trans) => {
    const loss = scalars['loss/train']?.at(-1) ?? null;
    return loss === null ? null : trans.__('loss %1', loss.toFixed(3));
  },
  replay: { steps: ({ steps }) => steps, at: trainingAt },
  scalars: ({ data }) => ({ steps: data.steps, plots: scalarPlots(data.scalars) }),
  steered: true
};
