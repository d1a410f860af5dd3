import { expectInteger, expectNumber, given, Random } from '../core';
import type { Graph } from '../graph';
import { neighbourhoods, type Neighbourhoods } from './neighbourhoods';
import { hopsFrom } from './hops';

/** Options of `graph.partition`. */
export interface PartitionOptions {
  /** Parts, P, at most as many as nodes. */
  parts: number;
  /** Share of the mean by which a part may be larger than that. Default 0.1. */
  imbalance?: number;
  /** Rounds in which nodes move to where most of their neighbours are. Default 10. */
  rounds?: number;
  /** Default 0. */
  seed?: number;
}

/**
 * Balanced partition of a graph into connected regions as far as that goes, with few edges between them: parts grow from nodes far from each other, then nodes move to the part of most of their neighbours while that has room. Part of
 * each node, [N]; edges count both ways.
 *
 * @throws {SwitchyardError} where there are more parts than nodes, or an option is out of range.
 */
export function partition(graph: Graph, options: PartitionOptions): Int32Array {
  const where = 'graph.partition';
  const { parts, imbalance = 0.1, rounds = 10, seed = 0 } = given(where, options);
  expectInteger(where, 'parts', parts, 1, graph.numNodes);
  expectNumber(where, 'imbalance', imbalance, 0);
  expectInteger(where, 'rounds', rounds, 0);
  const near = neighbourhoods(graph);
  const next = Random.fromSeed(seed).child(where).generator();
  const room = Math.ceil((graph.numNodes / parts) * (1 + imbalance) - 1e-9);
  const own = grown(near, startsOf(near, parts, Math.floor(next() * graph.numNodes)), room);
  const sizes = new Int32Array(parts);
  own.forEach((part) => sizes[part]++);
  for (let round = 0; round < rounds; round++) {
    let moved = 0;
    near.forEach((of, node) => {
      const counts = new Int32Array(parts);
      of.forEach((other) => counts[own[other]]++);
      const best = counts.reduce(
        (at, count, part) => (count > counts[at] && sizes[part] < room ? part : at),
        own[node]
      );
      if (best !== own[node] && sizes[own[node]] > 1) {
        sizes[own[node]]--;
        sizes[best]++;
        own[node] = best;
        moved++;
      }
    });
    if (moved === 0) {
      break;
    }
  }
  return own;
}

/** Nodes far from each other: each the farthest from those before, and those that cannot be reached first. */
function startsOf(near: Neighbourhoods, parts: number, first: number): number[] {
  const starts = [first];
  const distance = hopsFrom(near, first).map((hops) => (hops < 0 ? near.length : hops));
  while (starts.length < parts) {
    const far = distance.reduce((at, hops, node) => (hops > distance[at] ? node : at), 0);
    // Where all are taken or beside one, any that is none of them.
    const start = distance[far] > 0 ? far : near.findIndex((_, node) => !starts.includes(node));
    starts.push(start);
    hopsFrom(near, start).forEach(
      (hops, node) => (distance[node] = Math.min(distance[node], hops < 0 ? Infinity : hops))
    );
  }
  return starts;
}

/** Parts that take a node of their border in turn, the smallest first; what no part reaches goes to the smallest. */
function grown(near: Neighbourhoods, starts: readonly number[], room: number): Int32Array {
  const own = new Int32Array(near.length).fill(-1);
  const borders = starts.map((start, part) => {
    own[start] = part;
    return [...near[start]];
  });
  const sizes = starts.map(() => 1);
  for (let left = near.length - starts.length; left > 0; left--) {
    const order = [...sizes.keys()].sort((a, b) => sizes[a] - sizes[b] || a - b);
    const part = order.find((each) => {
      while (borders[each].length > 0 && own[borders[each][0]] >= 0) {
        borders[each].shift();
      }
      return borders[each].length > 0 && sizes[each] < room;
    });
    const taken = part ?? order[0];
    const node = part === undefined ? own.indexOf(-1) : borders[part].shift()!;
    own[node] = taken;
    sizes[taken]++;
    borders[taken].push(...near[node].filter((other) => own[other] < 0));
  }
  return own;
}

/** Share of a graph's edges that join two parts, [N] of them; 0 without edges. */
export function cutShare(graph: Graph, parts: ArrayLike<number>): number {
  const cut = graph.sources.reduce(
    (sum, source, edge) => sum + Number(parts[source] !== parts[graph.targets[edge]]),
    0
  );
  return graph.numEdges === 0 ? 0 : cut / graph.numEdges;
}
