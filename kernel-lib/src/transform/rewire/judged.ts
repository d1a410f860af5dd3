import { expectInteger, expectNumber, fail, given } from '../../base/core';
import type { Graph } from '../../base/graph';
import { EditableGraph } from './editableGraph';
import type { Rewiring } from './rewiring';

/** Options of `graph.rewire.judged`. */
export interface JudgedOptions {
  /** Probability that the nodes of each pair belong together, 0..1, as a language model says; asked once for all edges, and once for all candidates. */
  judge: (pairs: readonly (readonly [number, number])[]) => ArrayLike<number>;
  /** Pairs that may be joined, such as the likeliest of an edge predictor. Default: none. */
  candidates?: readonly (readonly [number, number])[];
  /** Edges that are judged below this are removed. Default 0.5. */
  drop?: number;
  /** Candidates that are judged at least this are joined. Default 0.5. */
  add?: number;
}

/**
 * Refinement of a graph's structure by a judge of pairs of nodes (GraphEdit, arXiv 2402.15183): edges whose ends it says do not belong together are removed, and candidates of which it says that they do are joined.
 *
 * @throws {SwitchyardError} where an edge has no way back, the graph is a batch, a candidate is of no node, or what is judged is no probability of each pair.
 */
export function judged(graph: Graph, options: JudgedOptions): Rewiring {
  const where = 'graph.rewire.judged';
  const { judge, candidates = [], drop = 0.5, add = 0.5 } = given(where, options);
  expectNumber(where, 'drop', drop, 0, 1);
  expectNumber(where, 'add', add, 0, 1);
  candidates.flat().forEach((node) => expectInteger(where, 'candidates', node, 0, graph.numNodes - 1));
  const editable = new EditableGraph(where, graph);
  const asked = (pairs: readonly (readonly [number, number])[]): ArrayLike<number> => {
    const found = pairs.length === 0 ? [] : judge(pairs);
    if (found.length !== pairs.length || Array.from(found).some((p) => !(p >= 0 && p <= 1))) {
      fail(where, `the judge must give ${pairs.length} probabilities`, Array.from(found));
    }
    return found;
  };
  const edges = editable.neighbourhoods.flatMap((near, i) => near.filter((j) => i < j).map((j) => [i, j] as const));
  const ofEdges = asked(edges);
  edges.forEach(([i, j], e) => ofEdges[e] < drop && editable.remove(i, j, { value: ofEdges[e], met: true }));
  // Those that were there were judged as edges.
  const there = new Set(edges.map(([i, j]) => i * graph.numNodes + j));
  const open = candidates.filter(([i, j]) => !there.has(Math.min(i, j) * graph.numNodes + Math.max(i, j)));
  const ofOpen = asked(open);
  open.forEach(([i, j], c) => ofOpen[c] >= add && editable.canAdd(i, j) && editable.add(i, j, { value: ofOpen[c], met: true })); // prettier-ignore
  return editable.finish('the judge says that its ends belong together (value)');
}
