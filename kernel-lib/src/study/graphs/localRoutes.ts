import { expectInteger, fail, given } from '../../base/core';
import type { Graph } from '../../base/graph';

/** One hop that may be taken, and all that a forwarding rule is told of it: lengths to the destination, and of the hop. */
export interface LocalHop {
  /** From the node that forwards to the destination. */
  toDestination: number;
  /** From the neighbour to the destination. */
  neighbourToDestination: number;
  /** From the node to the neighbour. */
  hop: number;
}

/** Scores of hops: the neighbour with the largest score is taken. */
export type ForwardingScore = (hops: readonly LocalHop[]) => ArrayLike<number>;

/** Greedy geographic forwarding: the neighbour nearest to the destination, if it is nearer than the node itself. */
export const greedyForwarding: ForwardingScore = (hops) =>
  hops.map(({ toDestination, neighbourToDestination }) => neighbourToDestination < toDestination ? -neighbourToDestination : -Infinity); // prettier-ignore

/** Options of `graph.probes.localRoutes`. */
export interface LocalRoutesOptions {
  /** Rule of each node. Default {@link greedyForwarding}. */
  score?: ForwardingScore;
  /** Pairs of source and destination. */
  pairs: readonly (readonly [source: number, destination: number])[];
  /** Hops after which a packet is lost. Default: the number of nodes. */
  timeToLive?: number;
}

/** Course of a packet. */
export interface LocalRoute {
  /** Nodes passed, the source first; the destination last where it is delivered. */
  path: number[];
  delivered: boolean;
  length: number;
  /** Length over that of the shortest path; NaN where it is lost, or there is no path. */
  stretch: number;
}

/**
 * Routes that forwarding by local rules takes on a graph whose nodes have coordinates as features: each node knows where the destination and its neighbours are, and nothing else. A packet never goes back to where it was, is lost where every score is
 * -Infinity, or after so many hops.
 *
 * @throws {SwitchyardError} where nodes have no coordinates, or a node is not there.
 */
export function localRoutes(graph: Graph, options: LocalRoutesOptions): LocalRoute[] {
  const where = 'graph.probes.localRoutes';
  const { score = greedyForwarding, pairs, timeToLive = graph.numNodes } = given(where, options);
  expectInteger(where, 'timeToLive', timeToLive, 1);
  const apart = lengthsOf(where, graph);
  pairs.flat().forEach((node) => expectInteger(where, 'pairs', node, 0, graph.numNodes - 1));
  const { starts, neighbours } = graph.outgoing;
  const shortest = new Map<number, Float64Array>();
  return pairs.map(([source, destination]) => {
    const path = [source];
    const seen = new Set(path);
    let length = 0;
    for (let hops = 0; hops < timeToLive && path.at(-1) !== destination; hops++) {
      const at = path.at(-1)!;
      const next = [...neighbours.subarray(starts[at], starts[at + 1])].filter((node) => !seen.has(node));
      const scores = score(next.map((node) => ({ toDestination: apart(at, destination), neighbourToDestination: apart(node, destination), hop: apart(at, node) }))); // prettier-ignore
      const best = next.reduce((found, _, i) => (scores[i] > (found < 0 ? -Infinity : scores[found]) ? i : found), -1);
      if (best < 0) {
        break;
      }
      length += apart(at, next[best]);
      path.push(next[best]);
      seen.add(next[best]);
    }
    const delivered = path.at(-1) === destination;
    const least = shortest.get(destination) ?? shortestLengths(graph, destination);
    shortest.set(destination, least);
    const stretch = delivered && source !== destination ? length / least[source] : delivered ? 1 : NaN;
    return { path, delivered, length, stretch };
  });
}

/** Lengths of shortest paths to a node along edges, by what their ends' coordinates say, [N]; Infinity where there is none (Dijkstra). */
export function shortestLengths(graph: Graph, destination: number): Float64Array {
  const where = 'graph.probes.shortestLengths';
  const apart = lengthsOf(where, graph);
  expectInteger(where, 'destination', destination, 0, graph.numNodes - 1);
  const { starts, neighbours } = graph.incoming;
  const found = new Float64Array(graph.numNodes).fill(Infinity);
  const left = new Set(found.keys());
  found[destination] = 0;
  while (left.size > 0) {
    const near = [...left].reduce((a, b) => (found[b] < found[a] ? b : a));
    left.delete(near);
    for (let e = starts[near]; e < starts[near + 1]; e++) {
      found[neighbours[e]] = Math.min(found[neighbours[e]], found[near] + apart(near, neighbours[e]));
    }
  }
  return found;
}

function lengthsOf(where: string, { nodeFeatures }: Graph): (a: number, b: number) => number {
  const { values, width } = nodeFeatures ?? fail(where, 'nodes must have coordinates as features', 'none');
  return (a, b) => {
    let sum = 0;
    for (let d = 0; d < width; d++) {
      sum += (values[a * width + d] - values[b * width + d]) ** 2;
    }
    return Math.sqrt(sum);
  };
}
