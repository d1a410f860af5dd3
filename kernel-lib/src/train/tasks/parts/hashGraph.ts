import type { Hash } from 'crypto';
import type { Graph } from '../../../base/graph';

/** Adds all that a graph holds to a hash, which it gives back. */
export function hashGraph(hash: Hash, graph: Graph): Hash {
  const { numNodes, sources, targets, weights, nodeFeatures, edgeFeatures, edgeTypes } = graph;
  hash.update(`${numNodes} nodes\n`);
  return hashArrays(hash, [sources, targets, weights, edgeTypes, nodeFeatures?.values, edgeFeatures?.values]);
}

/** Adds arrays, or that there is none, to a hash. */
export function hashArrays(hash: Hash, arrays: readonly (Int32Array | Float32Array | undefined)[]): Hash {
  for (const part of arrays) {
    hash.update(`${part?.length ?? 'none'}\n`);
    hash.update(part === undefined ? '' : new Uint8Array(part.buffer, part.byteOffset, part.byteLength));
  }
  return hash;
}
