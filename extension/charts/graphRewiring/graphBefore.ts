/** @file The graph as it was, in the curvature that it had. */
import type { GraphRewiringPayload } from '@switchyard/kernel-lib/protocol';
import type { IChartContext, IFigure } from '../figure';
import { graphRewiring } from './graphRewiring';
import { wholeOf } from './whole';

/** Edges that there were, by curvature before; null where none is told. */
export function graphBefore(payload: GraphRewiringPayload, context: IChartContext): IFigure | null {
  const { data } = payload;
  if (wholeOf(payload) !== null || !data.edges.some(({ before }) => before !== undefined)) {
    return null;
  }
  const edges = data.edges.filter(({ state }) => state !== 'added');
  const was = edges.map((edge) => ({ ...edge, curvature: edge.before ?? null }));
  return graphRewiring({ ...payload, data: { ...data, edges: was } }, context);
}
