import { tf } from '../../base/backend';
import { Context, expectInteger, expectNumber, given, type Module, Random } from '../../base/core';
import type { Graph } from '../../base/graph';
import { type ForwardingScore, type LocalHop, shortestLengths } from './localRoutes';

/** Values of a hop that a forwarding network is told. */
export const FORWARDING_WIDTH = 3;

/**
 * Forwarding rule of a network, rows of hops [B, 3] to [B, 1]: what is left from the neighbour over what is left from the node, and the hop itself over that, are what it reads, with the node's own length to the destination in units of the radio range; the
 * least way that it expects is taken. As it reads ratios, it means the same on any graph.
 */
export function learnedForwarding(network: Module, { range }: { range: number }): ForwardingScore {
  expectNumber('graph.probes.learnedForwarding', 'range', range, Number.MIN_VALUE);
  return (hops) => {
    if (hops.length === 0) {
      return [];
    }
    const ctx = Context.create();
    const ways = tf.tidy(() => network.apply(tf.tensor2d(hops.map((hop) => featuresOf(hop, range))), ctx).dataSync());
    ctx.dispose();
    // Expected ways are over what is left from the node, alike for all of its hops. The destination itself is taken.
    return hops.map((hop, i) => (hop.neighbourToDestination === 0 ? Number.MAX_VALUE : -ways[i]));
  };
}

/** Options of `graph.probes.forwardingSamples`. */
export interface ForwardingSamplesOptions {
  /** Length up to which nodes hear each other. */
  range: number;
  /** Hops that are drawn. */
  count: number;
  /** Default 0. */
  seed?: number;
}

/**
 * Hops of one graph and what they lead to, for a forwarding network to learn from: features [count, 3], and the length of the hop and the shortest way that follows, over the length that is left from the node in the air, [count, 1].
 *
 * @throws {SwitchyardError} where an option is out of range, or nodes have no coordinates.
 */
export function forwardingSamples(graph: Graph, options: ForwardingSamplesOptions): { x: number[][]; y: number[][] } {
  const where = 'graph.probes.forwardingSamples';
  const { range, count, seed = 0 } = given(where, options);
  expectInteger(where, 'count', count, 1);
  expectNumber(where, 'range', range, Number.MIN_VALUE);
  const ways = Array.from({ length: graph.numNodes }, (_, node) => shortestLengths(graph, node));
  const { values, width } = graph.nodeFeatures!;
  const apart = (a: number, b: number): number => Math.hypot(...Array.from({ length: width }, (_, d) => values[a * width + d] - values[b * width + d])); // prettier-ignore
  const all: [number, number][] = [];
  for (let edge = 0; edge < graph.numEdges; edge++) {
    for (let to = 0; to < graph.numNodes; to++) {
      if (to !== graph.sources[edge] && Number.isFinite(ways[to][graph.sources[edge]])) {
        all.push([edge, to]);
      }
    }
  }
  const drawn = Random.fromSeed(seed).child(where).shuffle(all).slice(0, count);
  const rows = drawn.map(([edge, to]) => {
    const [from, next] = [graph.sources[edge], graph.targets[edge]];
    const hop = { toDestination: apart(from, to), neighbourToDestination: apart(next, to), hop: apart(from, next) };
    return { x: featuresOf(hop, range), y: [(hop.hop + ways[to][next]) / hop.toDestination] };
  });
  return { x: rows.map(({ x }) => x), y: rows.map(({ y }) => y) };
}

function featuresOf({ toDestination, neighbourToDestination, hop }: LocalHop, range: number): number[] {
  return [neighbourToDestination / toDestination, hop / toDestination, toDestination / range];
}
