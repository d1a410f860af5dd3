/** @file The scalars of a run without routers. */
import type { TrainingPayload } from '@switchyard/kernel-lib/protocol';
import type { IChartContext, IFigure } from '../figure';
import { scalarPlots } from '../scalarPlots';
import { scalars } from '../scalars';

export function trainingScalars({ data }: TrainingPayload, context: IChartContext): IFigure | null {
  return scalars(data.steps, scalarPlots(data.scalars), context);
}
