import { expectInteger, Random, given } from '../../base/core';
import type { Graph } from '../../base/graph';
import { gapOf } from '../../base/topology';
import { EditableGraph } from './editableGraph';
import type { Rewiring } from './rewiring';

/** Options of `graph.rewire.fosr`. */
export interface FosrOptions {
  /** Edges that are added. */
  edges: number;
  /** Power steps before the first edge. Default 5. */
  initialSteps?: number;
  /** Seed of the vector that power steps begin with. Default 0. */
  seed?: number;
}

const CRITERION = 'it raises the spectral gap (value: by how much), which its first-order estimate only promises (arXiv 2210.11790)'; // prettier-ignore
/** The exact gap after each edge is of n^3 operations. */
const MOST_FOR_GAP = 200;

/**
 * First-order spectral rewiring (Karhadkar, Banerjee and Montufar, 2022, arXiv 2210.11790): each edge is the pair of least `y_i y_j`, `y = x / sqrt(d + 1)`, with x an estimate of the second eigenvector of the
 * normalised adjacency that takes one power step an edge. Ends early where the graph is complete.
 *
 * @throws {SwitchyardError} where an edge has no way back, or the graph is a batch.
 */
export function fosr(graph: Graph, options: FosrOptions): Rewiring {
  const { edges, initialSteps = 5, seed = 0 } = given('graph.rewire.fosr', options);
  const where = 'graph.rewire.fosr';
  expectInteger(where, 'edges', edges, 0);
  expectInteger(where, 'initialSteps', initialSteps, 0);
  const editable = new EditableGraph(where, graph);
  const next = Random.fromSeed(seed).child(where).generator();
  let x: Float64Array = Float64Array.from({ length: editable.numNodes }, () => 2 * next() - 1);
  for (let step = 0; step < initialSteps; step++) {
    x = powerStep(editable.near, x);
  }
  const follow = editable.numNodes <= MOST_FOR_GAP;
  let gap = follow ? gapNow(editable) : 0;
  for (let edge = 0; edge < edges; edge++) {
    x = powerStep(editable.near, x);
    const pair = leastProduct(editable, x);
    if (pair === null) {
      break;
    }
    editable.add(pair[0], pair[1], { value: null, met: null });
    if (follow) {
      const after = gapNow(editable);
      editable.tell(pair[0], pair[1], { value: after - gap, met: after - gap > 1e-9 });
      gap = after;
    }
  }
  return editable.finish(CRITERION);
}

/** The gap of the edges as they are, without weights. */
function gapNow({ neighbourhoods }: EditableGraph): number {
  return gapOf(neighbourhoods, neighbourhoods.map((of) => new Float64Array(of.length).fill(1))); // prettier-ignore
}

/** `x + D^-1/2 A D^-1/2 x` without what is along the first eigenvector, of length 1. */
function powerStep(near: readonly ReadonlySet<number>[], x: Float64Array): Float64Array {
  const roots = Float64Array.from(near, ({ size }) => Math.sqrt(size));
  const volume = roots.reduce((sum, root) => sum + root * root, 0);
  const along = volume === 0 ? 0 : x.reduce((sum, value, i) => sum + value * roots[i], 0) / volume;
  const rest = x.map((value, i) => value - along * roots[i]);
  const y = rest.map((value, i) => {
    let sum = value;
    for (const j of near[i]) {
      sum += rest[j] / (roots[i] * roots[j]);
    }
    return sum;
  });
  const length = Math.sqrt(y.reduce((sum, value) => sum + value * value, 0));
  return length === 0 ? y : y.map((value) => value / length);
}

function leastProduct(editable: EditableGraph, x: Float64Array): [number, number] | null {
  const y = x.map((value, i) => value / Math.sqrt(editable.near[i].size + 1));
  let [best, least]: [[number, number] | null, number] = [null, Infinity];
  for (let i = 0; i < y.length; i++) {
    for (let j = i + 1; j < y.length; j++) {
      if (y[i] * y[j] < least && editable.canAdd(i, j)) {
        [best, least] = [[i, j], y[i] * y[j]];
      }
    }
  }
  return best;
}
