import { expectInteger, expectNumber, fail, given, Random } from '../../core';
import { fromEdges, type Graph } from '../graph';

/** Options of `graph.generators.graphon`. */
export interface GraphonOptions {
  /** Probability of an edge between nodes of each two cells of equal size, symmetric; [K][K]. */
  probabilities: readonly (readonly number[])[];
  nodes: number;
  /** Default 0. */
  seed?: number;
}

/** Graph of a graphon (Lovasz and Szegedy, 2006) that is a step function, undirected and without loops: each node has a place, even in 0..1, and its cell as its type. */
export function graphon(options: GraphonOptions): Graph {
  const where = 'graph.generators.graphon';
  const { probabilities, nodes, seed = 0 } = given(where, options);
  expectInteger(where, 'nodes', nodes, 1);
  checkGraphon(where, probabilities);
  const next = Random.fromSeed(seed).child(where).generator();
  const nodeTypes = Array.from({ length: nodes }, () => Math.floor(next() * probabilities.length));
  const edges: [number, number][] = [];
  for (let i = 0; i < nodes; i++) {
    for (let j = 0; j < i; j++) {
      if (next() < probabilities[nodeTypes[i]][nodeTypes[j]]) {
        edges.push([j, i]);
      }
    }
  }
  return fromEdges({ numNodes: nodes, edges, nodeTypes, undirected: true });
}

/** Throws unless it is a symmetric matrix of probabilities. */
export function checkGraphon(where: string, probabilities: readonly (readonly number[])[]): void {
  const count = probabilities.length;
  expectInteger(where, 'cells of the graphon', count, 1);
  probabilities.forEach((row, a) => {
    expectInteger(where, 'cells of a row', row.length, count, count);
    row.forEach((p, b) => {
      expectNumber(where, 'probabilities', p, 0, 1);
      if (Math.abs(p - probabilities[b][a]) > 1e-9) {
        fail(where, 'probabilities must be symmetric', [p, probabilities[b][a]]);
      }
    });
  });
}
