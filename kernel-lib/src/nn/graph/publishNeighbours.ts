import type { tf } from '../../base/backend';
import type { Context } from '../../base/core';
import type { Graph } from '../../base/graph';

/** Tells observers of "routing" which neighbours each node hears, and by how much: nodes are the tokens and their neighbours the experts. Shares are [M, H]; the mean of the heads counts. */
export function publishNeighbours(router: string, shares: tf.Tensor2D, graph: Graph, ctx: Context): void {
  if (!ctx.wants('routing')) {
    return;
  }
  const { numNodes, sources } = graph;
  const { starts } = graph.incoming;
  const mean = shares.mean<tf.Tensor1D>(1);
  const weights = mean.dataSync<'float32'>().slice();
  mean.dispose();
  const k = Math.max(1, ...Array.from({ length: numNodes }, (_, node) => starts[node + 1] - starts[node]));
  const record = { indices: new Int32Array(numNodes * k).fill(-1), weights: new Float32Array(numNodes * k) };
  const importance = new Float32Array(numNodes);
  let entropy = 0;
  for (let node = 0; node < numNodes; node++) {
    const edges = Array.from({ length: starts[node + 1] - starts[node] }, (_, i) => starts[node] + i);
    edges.sort((a, b) => weights[b] - weights[a]);
    edges.forEach((edge, j) => {
      record.indices[node * k + j] = sources[edge];
      record.weights[node * k + j] = weights[edge];
      importance[sources[edge]] += weights[edge];
      entropy -= weights[edge] > 0 ? weights[edge] * Math.log(weights[edge]) : 0;
    });
  }
  ctx.publish({
    ...{ kind: 'routing', path: ctx.path, router, numExperts: numNodes, k, numTokens: numNodes },
    experts: Array.from({ length: numNodes }, (_, node) => `${node}`),
    ...record,
    ...{ dropped: null, importance, entropy: entropy / Math.max(1, numNodes) }
  });
}
