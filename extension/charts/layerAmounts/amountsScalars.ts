/** @file The losses and other scalars of a run beside the amounts of its layers. */
import type { LayerAmountsData, LayerAmountsPayload } from '@switchyard/kernel-lib/protocol';
import type { IChartContext, IFigure } from '../figure';
import { lastAt, scalarsAt } from '../history';
import { scalarPlots } from '../scalarPlots';
import { scalars } from '../scalars';

export function amountsScalars({ data }: LayerAmountsPayload, context: IChartContext): IFigure | null {
  return scalars(data.steps, scalarPlots(data.scalars), context);
}

/** Amounts as they were at an earlier step. */
export function amountsAt(data: LayerAmountsData, step: number): LayerAmountsData {
  const end = lastAt(data.steps, step) + 1;
  return {
    ...data,
    steps: data.steps.slice(0, end),
    amounts: data.steps.length > 0 ? data.amounts.map((row) => row.slice(0, end)) : data.amounts,
    scalars: scalarsAt(data.scalars, end)
  };
}
