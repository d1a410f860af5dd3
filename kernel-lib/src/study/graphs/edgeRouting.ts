import type { tf } from '../../base/backend';
import { Context, fail, observer, type RoutingRecord } from '../../base/core';
import type { Graph } from '../../base/graph';
import { OnGraph } from '../../nn/graph';

/** Routing of one layer on a graph's edges. */
export interface EdgeRouting {
  /** Path of the layer. */
  path: string;
  /** Kind of what decides: "gat", "cooperative". */
  router: string;
  /** Share of each edge in what its target hears, [M], in the graph's order: of attention the mean over heads, of a choice 1 where it carries and 0 where it is shut. */
  shares: Float32Array;
}

/**
 * Attention and gates on the edges of a graph, of each layer that tells them, in their order, outside of training: `show.graph` draws them (`edgeValues`). A loop that a layer adds itself is left out, and of parallel edges shares may be
 * exchanged.
 *
 * @throws {SwitchyardError} where the network is not on a graph.
 */
export function edgeRouting(network: OnGraph, x: tf.Tensor2D): EdgeRouting[] {
  if (!(network instanceof OnGraph)) {
    fail('graph.probes.edgeRouting', 'the network must be on a graph (graph.OnGraph)', network);
  }
  const { graph } = network;
  const found: EdgeRouting[] = [];
  const observers = [
    observer('routing', (record) => {
      if (isOfNeighbours(record, graph)) {
        found.push({ path: record.path, router: record.router, shares: sharesOf(record, graph) });
      }
    }),
    observer('edges', ({ path, numNodes, removed }) => {
      if (numNodes === graph.numNodes) {
        found.push({ path, router: 'edges', shares: openOf(removed, graph) });
      }
    })
  ];
  const ctx = Context.create({ observers });
  network.apply(x, ctx).dispose();
  ctx.dispose();
  return found;
}

/** Whether the experts of a record are the nodes of the graph: those that others hear. */
function isOfNeighbours({ numTokens, numExperts, experts }: RoutingRecord, { numNodes }: Graph): boolean {
  return numTokens === numNodes && numExperts === numNodes && experts.every((name, node) => name === String(node)); // prettier-ignore
}

function sharesOf({ k, indices, weights }: RoutingRecord, { numNodes, incoming }: Graph): Float32Array {
  const { starts, neighbours } = incoming;
  const shares = new Float32Array(neighbours.length);
  for (let node = 0; node < numNodes; node++) {
    const told = new Map<number, number[]>();
    for (let j = node * k; j < (node + 1) * k; j++) {
      told.set(indices[j], [...(told.get(indices[j]) ?? []), weights[j]]);
    }
    for (let edge = starts[node]; edge < starts[node + 1]; edge++) {
      shares[edge] = told.get(neighbours[edge])?.shift() ?? 0;
    }
  }
  return shares;
}

function openOf(removed: Int32Array, { sources, targets, numNodes }: Graph): Float32Array {
  const shut = new Set<number>();
  for (let i = 0; i < removed.length; i += 2) {
    shut.add(removed[i] * numNodes + removed[i + 1]);
  }
  return Float32Array.from(sources, (source, edge) => Number(!shut.has(source * numNodes + targets[edge])));
}
