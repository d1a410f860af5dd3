import { expectInteger, fail, given } from '../../core';
import { type Graph, fromEdges } from '../graph';

type Pair = readonly [number, number];

/**
 * Circular skip-link graph (Murphy et al., 2019, arXiv 1903.02541): a cycle of N nodes, with an edge to the node `skip` further on. All of one N are 4-regular, so that the Weisfeiler-Leman test gives every node
 * of every one the same colour; those of different skips are (but for `skip` and its inverse modulo N) not isomorphic. The usual set is N 41 with skips 2, 3, 4, 5, 6, 9, 11, 12, 13, 16.
 */
export function circularSkipLink(options: { nodes: number; skip: number }): Graph {
  const { nodes, skip } = given('graph.generators.circularSkipLink', options);
  const where = 'graph.generators.circularSkipLink';
  expectInteger(where, 'nodes', nodes, 5);
  expectInteger(where, 'skip', skip, 2, Math.ceil(nodes / 2) - 1);
  const edges = Array.from({ length: nodes }, (_, i): Pair[] => [[i, (i + 1) % nodes], [i, (i + skip) % nodes]]).flat(); // prettier-ignore
  return fromEdges({ numNodes: nodes, edges, undirected: true });
}

/** Rook's graph of a 4 x 4 board: squares in one row or column. Strongly regular (16, 6, 2, 2) as `graph.generators.shrikhande` is, and not isomorphic to it: neither 1- nor 2-dimensional (folklore) Weisfeiler-Leman tells them apart. */
export function rook(): Graph {
  return onTorus((row, column) => row === 0 || column === 0);
}

/** Shrikhande's graph: squares of a 4 x 4 torus that differ by (0, 1), (1, 0) or (1, 1); see `graph.generators.rook`. The neighbours of a node form a hexagon, those of a rook two triangles. */
export function shrikhande(): Graph {
  const near = new Set(['0 1', '0 3', '1 0', '3 0', '1 1', '3 3']);
  return onTorus((row, column) => near.has(`${row} ${column}`));
}

/** Squares of a 4 x 4 torus that are adjacent by how far they are apart. */
function onTorus(adjacent: (row: number, column: number) => boolean): Graph {
  const edges: Pair[] = [];
  for (let i = 0; i < 16; i++) {
    for (let j = i + 1; j < 16; j++) {
      if (adjacent(((j >> 2) - (i >> 2) + 4) % 4, ((j & 3) - (i & 3) + 4) % 4)) {
        edges.push([i, j]);
      }
    }
  }
  return fromEdges({ numNodes: 16, edges, undirected: true });
}

/**
 * Cayley graph of SL(2, Z_n), the 2 x 2 matrices of determinant 1 modulo n, under the generators [[1, 1], [0, 1]] and [[1, 0], [1, 1]] and their inverses: a family of 4-regular expanders
 * (used for propagation in arXiv 2210.02997). Nodes are numbered in breadth-first order from the identity. Of n = 2 it is 6 nodes, of 3, 24, of 5, 120: n^3 times the product of (1 - 1/p^2) over primes p of n.
 *
 * @throws {SwitchyardError} where the modulus is not 2..64.
 */
export function cayley(options: { modulus: number }): Graph {
  const { modulus } = given('graph.generators.cayley', options);
  const where = 'graph.generators.cayley';
  expectInteger(where, 'modulus', modulus, 2, 64);
  const n = modulus;
  const key = ([a, b, c, d]: Matrix): number => ((a * n + b) * n + c) * n + d;
  const steps: ((m: Matrix) => Matrix)[] = [
    ([a, b, c, d]) => [a, (a + b) % n, c, (c + d) % n],
    ([a, b, c, d]) => [a, (b + n - a) % n, c, (d + n - c) % n],
    ([a, b, c, d]) => [(a + b) % n, b, (c + d) % n, d],
    ([a, b, c, d]) => [(a + n - b) % n, b, (c + n - d) % n, d]
  ];
  const found: Matrix[] = [[1, 0, 0, 1]];
  const number = new Map([[key(found[0]), 0]]);
  const edges = new Map<string, Pair>();
  for (let i = 0; i < found.length; i++) {
    for (const step of steps) {
      const next = step(found[i]);
      const at = number.get(key(next)) ?? number.set(key(next), found.length).size - 1;
      if (at === found.length) {
        found.push(next);
      }
      if (at === i) {
        fail(where, 'a generator must move every matrix', n);
      }
      edges.set(`${Math.min(i, at)} ${Math.max(i, at)}`, [Math.min(i, at), Math.max(i, at)]);
    }
  }
  return fromEdges({ numNodes: found.length, edges: [...edges.values()], undirected: true });
}

type Matrix = readonly [number, number, number, number];
