import { expectInteger, expectNumber, Random, given } from '../../base/core';
import { floor } from '../../base/math';
import type { Graph } from '../../base/graph';
import { hopsFrom } from '../../base/topology';
import { EditableGraph } from './editableGraph';
import type { RewiredEdge, Rewiring } from './rewiring';

/** Options of `graph.rewire.laser`. */
export interface LaserOptions {
  /** Snapshots after the graph itself, L: the l-th adds edges between nodes l + 1 apart. */
  snapshots: number;
  /** Share of the nodes at that distance that a node is joined to (at least one), 0..1. Default 0.1. */
  density?: number;
  /** Connectivity of two nodes is the number of walks of at most this length. Default 8. */
  walks?: number;
  /** Seed of the order of nodes with as many walks. Default 0. */
  seed?: number;
}

const CRITERION = 'it joins nodes l + 1 apart (locality) with fewer walks (value) than the mean at that distance, those in most need (arXiv 2310.01668)'; // prettier-ignore

/**
 * Locality-aware rewiring (LASER; Barbero et al., 2023, arXiv 2310.01668): a sequence of snapshots, the l-th of which joins each node to that share of the nodes at distance l + 1 in the given graph to which the fewest
 * walks lead. The result has the edges of all; types of edges are the snapshots, so that relational layers work on each (the given edges come first, snapshot l follows).
 *
 * @throws {SwitchyardError} where an edge has no way back, or the graph is a batch.
 */
export function laser(graph: Graph, options: LaserOptions): Rewiring {
  const where = 'graph.rewire.laser';
  const { snapshots, density = 0.1, walks = 8, seed = 0 } = given('graph.rewire.laser', options);
  expectInteger(where, 'snapshots', snapshots, 0);
  expectNumber(where, 'density', density, 0, 1);
  expectInteger(where, 'walks', walks, 1);
  const editable = new EditableGraph(where, graph);
  const near = editable.neighbourhoods;
  const random = Random.fromSeed(seed).child(where);
  const snapshotOf = new Map<string, number>();
  near.forEach((_, node) => {
    const hops = hopsFrom(near, node, snapshots + 1);
    const counts = walksFrom(near, node, walks);
    // Each node has an order of its own, or all that are as needy would choose the same few.
    const next = random.child(node).generator();
    const tie = Float64Array.from(near, () => next());
    for (let l = 1; l <= snapshots; l++) {
      const shell = Array.from(hops.keys()).filter((other) => hops[other] === l + 1);
      const mean = shell.reduce((sum, other) => sum + counts[other], 0) / shell.length;
      const needy = shell.sort((a, b) => counts[a] - counts[b] || tie[a] - tie[b]);
      needy.slice(0, Math.max(1, floor(density * shell.length))).forEach((other) => {
        // The lower of two nodes may have chosen it already.
        if (editable.canAdd(node, other)) {
          editable.add(node, other, { value: counts[other], met: counts[other] < mean });
          snapshotOf.set(keyOf({ source: node, target: other }), l);
        }
      });
    }
  });
  return editable.finish(CRITERION, (edge) => snapshotOf.get(keyOf(edge))! - 1);
}

/** Walks of at most this length to each node: `(A + 1)^k`. */
function walksFrom(near: readonly (readonly number[])[], node: number, length: number): Float64Array {
  let counts = new Float64Array(near.length);
  counts[node] = 1;
  for (let step = 0; step < length; step++) {
    const now = counts;
    counts = now.map((own, i) => near[i].reduce((sum, j) => sum + now[j], own));
  }
  return counts;
}

function keyOf({ source, target }: Pick<RewiredEdge, 'source' | 'target'>): string {
  return source < target ? `${source} ${target}` : `${target} ${source}`;
}
