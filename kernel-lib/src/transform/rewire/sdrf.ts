import { expectInteger, expectNumber, fail, Random, given } from '../../base/core';
import type { Graph } from '../../base/graph';
import { edgesOf, formanOf, formanParts, formanValue } from '../../base/topology';
import { drawIndex } from '../../base/math';
import { EditableGraph } from './editableGraph';
import type { Rewiring } from './rewiring';

/** Options of `graph.rewire.sdrf`. */
export interface SdrfOptions {
  /** Rounds at most; each adds an edge and may remove one. */
  steps: number;
  /** Temperature of the draw among edges by what they improve; Infinity takes the best. Default Infinity. */
  temperature?: number;
  /** Curvature above which the edge that has most is removed, once a round. Default: none is removed. */
  removeAbove?: number;
  /** Default 0. */
  seed?: number;
}

const CRITERION = 'the edge it relieves is a bottleneck: balanced Forman curvature (value) at most -2 + d, for a d below 1/sqrt(max degree) and 1/(most 4-cycles) (theorem 4 of arXiv 2111.14522)'; // prettier-ignore

/**
 * Stochastic discrete Ricci flow (Topping et al., 2021, arXiv 2111.14522, algorithm 1), from the paper: each round takes the edge of least balanced Forman curvature, adds that edge between its ends' neighbourhoods (ends
 * included) which raises it most, or draws one by softmax of what it raises; then removes the edge of most curvature where that is above a bound. Ends early where nothing can be added.
 *
 * @throws {SwitchyardError} where an edge has no way back, or the graph is a batch.
 */
export function sdrf(graph: Graph, options: SdrfOptions): Rewiring {
  const where = 'graph.rewire.sdrf';
  const { steps, temperature = Infinity, removeAbove = Infinity, seed = 0 } = given('graph.rewire.sdrf', options);
  expectInteger(where, 'steps', steps, 0);
  if (!(temperature >= 0)) {
    fail(where, 'temperature must be at least 0', temperature);
  }
  if (removeAbove !== Infinity) {
    expectNumber(where, 'removeAbove', removeAbove);
  }
  const next = Random.fromSeed(seed).child(where).generator();
  const editable = new EditableGraph(where, graph);
  for (let step = 0; step < steps; step++) {
    const narrow = extreme(editable, -1);
    if (narrow === null) {
      break;
    }
    const candidates = improvements(editable, narrow);
    if (candidates.length === 0) {
      break;
    }
    const chosen = choose(candidates.map(({ gain }) => gain), temperature, next); // prettier-ignore
    const parts = formanParts(editable.near, narrow.i, narrow.j);
    const room = Math.min(1 / Math.sqrt(Math.max(...parts.degrees)), parts.gamma === 0 ? Infinity : 1 / parts.gamma);
    const { k, l } = candidates[chosen];
    editable.add(k, l, { value: narrow.curvature, met: narrow.curvature + 2 < room });
    const flat = extreme(editable, 1);
    if (flat !== null && flat.curvature > removeAbove) {
      editable.remove(flat.i, flat.j, { value: flat.curvature, met: null });
    }
  }
  return editable.finish(CRITERION);
}

interface Curved {
  i: number;
  j: number;
  curvature: number;
}

/** The edge of least (-1) or most (1) curvature; the first where several have it. */
function extreme({ near, neighbourhoods }: EditableGraph, sign: 1 | -1): Curved | null {
  return edgesOf(neighbourhoods).reduce<Curved | null>((best, [i, j]) => {
    const curvature = formanOf(near, i, j);
    return best === null || sign * (curvature - best.curvature) > 1e-12 ? { i, j, curvature } : best;
  }, null);
}

/** How much each edge between the two neighbourhoods would raise the curvature. */
function improvements({ near }: EditableGraph, { i, j, curvature }: Curved): { k: number; l: number; gain: number }[] {
  const tried = new Set<string>();
  return [i, ...near[i]].flatMap((k) =>
    [j, ...near[j]].flatMap((l) => {
      const key = k < l ? `${k} ${l}` : `${l} ${k}`;
      if (k === l || near[k].has(l) || tried.has(key)) {
        return [];
      }
      tried.add(key);
      near[k].add(l);
      near[l].add(k);
      const gain = formanValue(formanParts(near, i, j)) - curvature;
      near[k].delete(l);
      near[l].delete(k);
      return [{ k, l, gain }];
    })
  );
}

/** The most, or a draw by softmax. */
function choose(gains: readonly number[], temperature: number, next: () => number): number {
  const most = gains.reduce((a, b) => Math.max(a, b));
  if (temperature === Infinity) {
    return gains.findIndex((gain) => gain > most - 1e-12);
  }
  return drawIndex(gains.map((gain) => Math.exp(temperature * (gain - most))), next()); // prettier-ignore
}
