import { expectInteger, fail, Random, given } from '../../base/core';
import type { Graph } from '../../base/graph';
import { KSubset } from '../../base/math/kSubset';
import { EditableGraph } from './editableGraph';
import type { Rewiring } from './rewiring';

/** Options of `graph.rewire.probabilistic`. */
export interface ProbabilisticOptions {
  /** Edges that are drawn. */
  k: number;
  /** Pairs among which they are drawn. Default: all that no edge joins. */
  candidates?: readonly (readonly [source: number, target: number])[];
  /** Score of each candidate: a set of k is drawn in proportion to the product of `exp(score)`. Default: all 0. */
  scores?: ArrayLike<number>;
  /** Default 0. */
  seed?: number;
}

const CRITERION = 'its probability (value) is above that of a draw without scores, k over the candidates: only scores that were learned make it so (arXiv 2310.02156)'; // prettier-ignore

/**
 * Probabilistic rewiring (PR-MPNN; Qian et al., 2023, arXiv 2310.02156): exactly k edges drawn by scores that another network gives, one draw. While it learns, `graph.rewire.kSubset` draws with gradients.
 *
 * @throws {SwitchyardError} where a candidate is joined already or listed twice, there are fewer than k, or a score is not finite.
 */
export function probabilistic(graph: Graph, options: ProbabilisticOptions): Rewiring {
  const where = 'graph.rewire.probabilistic';
  const { k, seed = 0 } = given('graph.rewire.probabilistic', options);
  const editable = new EditableGraph(where, graph);
  const candidates = options.candidates ?? unjoined(editable);
  const { scores = new Float64Array(candidates.length) } = options;
  expectInteger(where, 'k', k, 0);
  const most = Math.min(k, candidates.length);
  if (options.candidates !== undefined) {
    expectInteger(where, 'k', k, 0, candidates.length);
  }
  if (scores.length !== candidates.length) {
    fail(where, `there must be a score for each of the ${candidates.length} candidates`, scores.length);
  }
  const wrong = Array.from(scores).findIndex((score) => !Number.isFinite(score));
  if (wrong >= 0) {
    fail(where, `scores[${wrong}] must be finite`, scores[wrong]);
  }
  const seen = new Set<string>();
  candidates.forEach(([i, j]) => {
    [i, j].forEach((node) => expectInteger(where, 'candidates', node, 0, editable.numNodes - 1));
    const key = `${Math.min(i, j)} ${Math.max(i, j)}`;
    if (!editable.canAdd(i, j) || seen.has(key)) {
      fail(where, 'candidates must be different pairs that no edge joins', [i, j]);
    }
    seen.add(key);
  });
  const subset = new KSubset(scores, most);
  const marginals = subset.marginals();
  const even = most / candidates.length;
  subset.sample(Random.fromSeed(seed).child(where).generator()).forEach((at) => {
    const [i, j] = candidates[at];
    editable.add(i, j, { value: marginals[at], met: marginals[at] > even * (1 + 1e-9) });
  });
  return editable.finish(CRITERION);
}

function unjoined(editable: EditableGraph): [number, number][] {
  const nodes = Array.from({ length: editable.numNodes }, (_, node) => node);
  return nodes.flatMap((i) => nodes.filter((j) => j > i && editable.canAdd(i, j)).map((j): [number, number] => [i, j]));
}
