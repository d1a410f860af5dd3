import { expectInteger, given } from '../../base/core';
import type { Graph } from '../../base/graph';
import { edgesOf, ollivierOf } from '../../base/topology';
import { EditableGraph } from './editableGraph';
import type { Rewiring } from './rewiring';

/** Options of `graph.rewire.borf`. */
export interface BorfOptions {
  /** Rounds, between which curvature is computed anew. */
  batches: number;
  /** Edges of least curvature that are relieved in a round. */
  add: number;
  /** Edges of most curvature that are removed in a round. Default 0. */
  remove?: number;
}

const CRITERION = 'the edge it relieves has negative Ollivier curvature (value), which is where over-squashing is bounded (arXiv 2211.15779)'; // prettier-ignore

/**
 * Batch Ollivier-Ricci flow (Nguyen et al., 2022, arXiv 2211.15779): in each round the edges of least Ollivier curvature (alpha 0) get an edge each, between those neighbours of their ends where the optimal plan moves
 * mass at the highest cost (and which are not adjacent); those of most curvature are removed.
 *
 * @throws {SwitchyardError} where an edge has no way back, or the graph is a batch.
 */
export function borf(graph: Graph, options: BorfOptions): Rewiring {
  const { batches, add, remove = 0 } = given('graph.rewire.borf', options);
  const where = 'graph.rewire.borf';
  Object.entries({ batches, add, remove }).forEach(([name, count]) => expectInteger(where, name, count, 0));
  const editable = new EditableGraph(where, graph);
  for (let batch = 0; batch < batches; batch++) {
    const curved = edgesOf(editable.neighbourhoods).map(([i, j]) => ({ i, j, ...ollivierOf(editable.near, i, j) }));
    const order = curved.sort((a, b) => (Math.abs(a.curvature - b.curvature) < 1e-12 ? a.i - b.i || a.j - b.j : a.curvature - b.curvature)); // prettier-ignore
    for (const { curvature, moved } of order.slice(0, add)) {
      const dearest = moved
        .filter(({ from, to }) => editable.canAdd(from, to))
        .reduce<(typeof moved)[number] | null>((best, each) => (best === null || each.mass * each.hops > best.mass * best.hops + 1e-12 ? each : best), null); // prettier-ignore
      if (dearest !== null) {
        editable.add(dearest.from, dearest.to, { value: curvature, met: curvature < -1e-12 });
      }
    }
    // One edge may be among the least and the most of few.
    for (const { i, j, curvature } of order.slice(Math.max(add, order.length - remove))) {
      editable.remove(i, j, { value: curvature, met: null });
    }
  }
  return editable.finish(CRITERION);
}
