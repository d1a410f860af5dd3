/** @file Candidates in a plane of two objectives, and their front. */
import type { ParetoPayload } from '@switchyard/kernel-lib/protocol';
import type { ITable } from '../base/table';
import type { IChartContext } from '../charts/figure';
import { pareto as plane } from '../charts/pareto/pareto';
import { brief } from '../charts/text';
import type { IKind } from './kind';
import { figureSummary } from './kind';

export const pareto: IKind<ParetoPayload> = {
  tabs: (trans) => [
    {
      id: 'front',
      label: trans.__('Front'),
      pictures: [{ id: 'pareto', title: trans.__('Pareto front'), chart: plane }]
    }
  ],
  summary: (payload, context) => figureSummary(plane(payload, context), front(payload, context))
};

/** Of the points only those on the front. */
function front({ data }: ParetoPayload, context: IChartContext): ITable {
  const points = data.front.map((i) => data.points[i]);
  const { trans } = context;
  return {
    columns: [trans.__('On the front'), trans.__('Series'), data.x.name, data.y.name],
    rows: points.map(({ label, series, x, y }) => [label, data.series[series], brief(x), brief(y)])
  };
}
