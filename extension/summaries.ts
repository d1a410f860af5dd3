/** @file What an output says of each kind of payload but routing: a sentence, and the numbers that matter most. */
import type { MergeTreePayload, ParetoPayload, Payload } from '@switchyard/kernel-lib/protocol';
import type { IChartContext, IFigure, ITable } from './charts/figure';
import { brief } from './charts/text';
import { confidenceByLayer } from './charts/routerConfidence/confidenceByLayer';
import { depthUsage } from './charts/depthUsage/depthUsage';
import { graphRewiring } from './charts/graphRewiring/graphRewiring';
import { layerNames } from './charts/layers';
import { masksCost } from './charts/masks/masksCost';
import { masksKept } from './charts/masks/masksKept';
import { mergeTree } from './charts/mergeTree/mergeTree';
import { pareto } from './charts/pareto/pareto';
import { timeline } from './charts/timeline/timeline';

export interface ISummary {
  sentence: string;
  table: ITable | null;
}

/** The summary of a payload; null where there is nothing to say, or where the kind has a picture of its own. */
export function summaryOf(payload: Payload, context: IChartContext): ISummary | null {
  switch (payload.kind) {
    case 'depth-usage':
      return of(depthUsage(payload, context));
    case 'router-confidence':
      return of(confidenceByLayer(payload, context));
    case 'masks':
      return of(masksKept(payload, context), masksCost(payload, context)?.table);
    case 'merge-tree':
      return of(mergeTree(payload, context), trees(payload, context));
    case 'pareto':
      return of(pareto(payload, context), front(payload, context));
    case 'graph-rewiring':
      return of(graphRewiring(payload, context), null);
    case 'timeline':
      return of(timeline(payload, context));
    default:
      return null;
  }
}

function of(figure: IFigure | null, table: ITable | null = figure?.table ?? null): ISummary | null {
  return figure && { sentence: figure.summary, table };
}

/** Of the points only those on the front. */
function front({ data }: ParetoPayload, context: IChartContext): ITable {
  const points = data.front.map((i) => data.points[i]);
  const { trans } = context;
  return {
    columns: [trans.__('On the front'), trans.__('Series'), data.x.name, data.y.name],
    rows: points.map(({ label, series, x, y }) => [label, data.series[series], brief(x), brief(y)])
  };
}

/** A row a layer instead of one a join. */
function trees(payload: MergeTreePayload, { trans }: IChartContext): ITable {
  const labels = layerNames(payload);
  return {
    columns: [trans.__('Layer'), trans.__('Experts'), trans.__('Groups'), trans.__('Nearest'), trans.__('Farthest')],
    rows: payload.data.layers.map(({ experts, groups, merges }, i) => {
      const distances = merges.map(({ distance }) => distance);
      const ends = distances.length > 0 ? [Math.min(...distances), Math.max(...distances)] : [null, null];
      const left = groups.length > 0 ? String(new Set(groups).size) : '–';
      return [labels[i], String(experts.length), left, ...ends.map(brief)];
    })
  };
}
