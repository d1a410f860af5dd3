import { expectInteger, fail, given } from '../../base/core';
import type { Graph } from '../../base/graph';
import { hopsFrom } from '../../base/topology';
import { EditableGraph } from './editableGraph';
import type { Rewiring } from './rewiring';

/** Options of `graph.rewire.delay`. */
export interface DelayOptions {
  /** Layers, L. Layer t, from 0, reads nodes up to t + 1 apart. */
  layers: number;
  /** Distance up to which nodes are read as they are now, nu: beyond it the state is read as many layers late. 1 is full delay, Infinity none. Default 1. */
  delay?: number;
}

/** Nodes at one distance that a layer reads, and which state of theirs. */
export interface DelayedShell {
  /** Distance, k; the shell's edges are those of the graph's edge type k - 1. */
  hops: number;
  /** Layers by which the state is late, `max(k - nu, 0)`. */
  delay: number;
  /** Number of the state that is read, from 0 (the input): `t - delay`. */
  state: number;
}

/** A graph with an edge between all nodes that some layer reads, and each layer's shells. */
export interface DelayRewiring extends Rewiring {
  /** Shells of each layer; [L]. */
  schedule: DelayedShell[][];
}

const CRITERION = 'it joins nodes at most L apart, which layer k - 1 first reads (value: k) (arXiv 2305.08018)'; // prettier-ignore

/**
 * Dynamic rewiring with delay (DRew; Gutteridge et al., 2023, arXiv 2305.08018): the structure alone. Layer t reads the shells at distance 1..t + 1, and of the k-th the state of `max(k - nu, 0)` layers before. Types of
 * edges are distances less one.
 *
 * @throws {SwitchyardError} where the graph has types of edges, an edge has no way back, or the graph is a batch.
 */
export function delay(graph: Graph, options: DelayOptions): DelayRewiring {
  const where = 'graph.rewire.delay';
  const { layers, delay: nu = 1 } = given('graph.rewire.delay', options);
  expectInteger(where, 'layers', layers, 1);
  if (nu !== Infinity) {
    expectInteger(where, 'delay', nu, 1);
  }
  if (graph.edgeTypes !== undefined) {
    fail(where, 'types of edges are distances, the graph must have none', `${new Set(graph.edgeTypes).size} types`);
  }
  const editable = new EditableGraph(where, graph);
  const near = editable.neighbourhoods;
  near.forEach((_, node) =>
    hopsFrom(near, node, layers).forEach((hops, other) => {
      if (hops > 1 && other > node) {
        editable.add(node, other, { value: hops, met: hops <= layers });
      }
    })
  );
  const schedule = Array.from({ length: layers }, (_, t) =>
    Array.from({ length: t + 1 }, (_unused, i): DelayedShell => {
      const late = nu === Infinity ? 0 : Math.max(i + 1 - nu, 0);
      return { hops: i + 1, delay: late, state: t - late };
    })
  );
  return { ...editable.finish(CRITERION, ({ value }) => value! - 2), schedule };
}
