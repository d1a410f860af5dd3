import { expectInteger, fail, Random, given } from '../../../base/core';
import type { Graph } from '../../../base/graph';
import { type Pair, PairSpace } from './pairSpace';

/** Options of `graph.splits.negatives`. */
export interface NegativeOptions {
  count: number;
  /** Types of the nodes that links lead from and to, in a graph of two kinds of nodes. Default: all nodes. */
  between?: readonly [from: number, to: number];
  /** Default 0. */
  seed?: number;
}

/**
 * Pairs of different nodes that no edge of a graph joins, each once; in an undirected graph in neither direction, the lower first. They are exact and end: where nearly all pairs are joined those that are left are listed.
 *
 * @throws {SwitchyardError} where there are fewer such pairs.
 */
export function negatives(graph: Graph, options: NegativeOptions): Pair[] {
  const { count, between, seed = 0 } = given('graph.splits.negatives', options);
  const where = 'graph.splits.negatives';
  expectInteger(where, 'count', count, 0);
  const space = new PairSpace(where, graph, between);
  return drawNegatives(where, space, space.joined(), count, Random.fromSeed(seed).child(where));
}

/** Pairs of a space that are not among some. */
export function drawNegatives(
  where: string,
  space: PairSpace,
  avoid: ReadonlySet<number>,
  count: number,
  random: Random
): Pair[] {
  const free = space.size - avoid.size;
  if (count > free) {
    fail(where, `there must be as many pairs without an edge as are asked for (${count})`, free);
  }
  if (2 * count > free) {
    const all = space.all().filter((key) => !avoid.has(key));
    return random.shuffle(all).slice(0, count).map((key) => space.pair(key)); // prettier-ignore
  }
  const next = random.generator();
  const found = new Set<number>();
  while (found.size < count) {
    const key = space.draw(next);
    if (key !== null && !avoid.has(key)) {
      found.add(key);
    }
  }
  return [...found].map((key) => space.pair(key));
}
