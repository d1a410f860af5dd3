import { expectInteger } from '../core';
import type { Graph } from '../graph';
import { type Neighbourhoods, neighbourhoods } from './neighbourhoods';

/** Number of edges on the shortest way from one node to each; -1 where there is none. Not farther than `most`. */
export function hopsFrom(near: Neighbourhoods, start: number, most = Infinity): Int32Array {
  const hops = new Int32Array(near.length).fill(-1);
  hops[start] = 0;
  const queue = [start];
  for (let i = 0; i < queue.length; i++) {
    const node = queue[i];
    if (hops[node] < most) {
      for (const next of near[node]) {
        if (hops[next] < 0) {
          hops[next] = hops[node] + 1;
          queue.push(next);
        }
      }
    }
  }
  return hops;
}

/**
 * Hop distances from a node to all of a graph, edges taken both ways; -1 where there is no way. [N].
 *
 * @throws {SwitchyardError} where the node is not of the graph.
 */
export function hopDistances(graph: Graph, node: number): Int32Array {
  expectInteger('graph.probes.hopDistances', 'node', node, 0, graph.numNodes - 1);
  return hopsFrom(neighbourhoods(graph), node);
}

/** Connected component of each node, from 0 in the order of their first nodes; edges count both ways. [N]. */
export function components(graph: Graph): Int32Array {
  return componentsOf(neighbourhoods(graph));
}

/** Connected component of each node. */
export function componentsOf(near: Neighbourhoods): Int32Array {
  const own = new Int32Array(near.length).fill(-1);
  let count = 0;
  near.forEach((_, start) => {
    if (own[start] < 0) {
      const stack = [start];
      own[start] = count;
      while (stack.length > 0) {
        for (const next of near[stack.pop()!]) {
          if (own[next] < 0) {
            own[next] = count;
            stack.push(next);
          }
        }
      }
      count++;
    }
  });
  return own;
}

/** Nodes of each component. */
export function membersOf(component: Int32Array): number[][] {
  const members: number[][] = [];
  component.forEach((c, node) => (members[c] ??= []).push(node));
  return members;
}
