import { expectInteger, expectNumber, fail, given } from '../../base/core';
import type { Graph } from '../../base/graph';
import { independentCascade } from '../../base/graph/generators';

/** Options of `graph.probes.greedySeeds`. */
export interface GreedySeedsOptions {
  /** Most that seeds may cost together. */
  budget: number;
  /** Cost of each node, above 0. Default 1. */
  costs?: ArrayLike<number>;
  /** Probability of each edge. Default: the graph's weights. */
  probability?: number;
  /** Cascades of an estimate. Default 100. */
  runs?: number;
  /** Default 0. */
  seed?: number;
}

/**
 * Seeds of a cascade, one after the other, each that which adds most to the spread for its cost (Kempe et al., 2003), with bounds from before in place of estimates that cannot win (CELF, Leskovec et al., 2007). Estimates are by the same cascades
 * for all.
 *
 * @throws {SwitchyardError} where an option is out of range.
 */
export function greedySeeds(graph: Graph, options: GreedySeedsOptions): number[] {
  const where = 'graph.probes.greedySeeds';
  const { budget, costs, probability, runs = 100, seed = 0 } = given(where, options);
  expectNumber(where, 'budget', budget, 0);
  expectInteger(where, 'runs', runs, 1);
  const cost = (node: number): number => costs?.[node] ?? 1;
  if (costs !== undefined && (costs.length !== graph.numNodes || Array.from(costs).some((each) => !(each > 0)))) {
    fail(where, `costs must be ${graph.numNodes} numbers above 0`, costs.length);
  }
  const spread = (seeds: number[]): number => independentCascade(graph, { seeds, probability, runs, seed }).reduce((sum, each) => sum + each, 0); // prettier-ignore
  const chosen: number[] = [];
  let [now, left] = [0, budget];
  const bounds = Array.from({ length: graph.numNodes }, (_, node) => ({ node, gain: Infinity, of: -1 }));
  for (;;) {
    const may = bounds.filter(({ node }) => cost(node) <= left && !chosen.includes(node));
    if (may.length === 0) {
      return chosen;
    }
    for (;;) {
      may.sort((a, b) => b.gain / cost(b.node) - a.gain / cost(a.node) || a.node - b.node);
      if (may[0].of === chosen.length) {
        break;
      }
      may[0].gain = spread([...chosen, may[0].node]) - now;
      may[0].of = chosen.length;
    }
    chosen.push(may[0].node);
    now += may[0].gain;
    left -= cost(may[0].node);
  }
}
