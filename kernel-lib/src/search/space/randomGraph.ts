import { expectInteger, expectNumber, expectOneOf, fail, Random } from '../../base/core';

/** Undirected graph without loops: nodes by number, and each edge in both directions, as `prune.graphMask` takes it. */
export interface RandomGraph {
  nodes: number;
  edges: [number, number][];
}

/** Options of a random graph, by its kind. */
export type RandomGraphOptions = { nodes: number; seed?: number } & (
  | {
      kind: 'erdosRenyi';
      /** Probability of each edge. */
      probability: number;
    }
  | {
      kind: 'wattsStrogatz';
      /** Nearest nodes of a ring that each is joined to at first; even. */
      neighbours: number;
      /** Probability with which the far end of an edge is drawn anew. */
      probability: number;
    }
  | {
      kind: 'barabasiAlbert';
      /** Edges that each node brings, to nodes drawn by how many they have. */
      attached: number;
    }
);

/**
 * A random graph: each edge with the same probability (Erdős and Rényi, 1959), a ring some of whose edges are drawn anew (Watts and Strogatz, 1998), or
 * one that grows where there is most (Barabási and Albert, 1999).
 *
 * @throws {SwitchyardError} where an option is out of range.
 */
export function randomGraph(options: RandomGraphOptions): RandomGraph {
  const { nodes, seed = 0, kind } = options;
  expectInteger(WHERE, 'nodes', nodes, 2);
  expectInteger(WHERE, 'seed', seed, 0, Number.MAX_SAFE_INTEGER);
  expectOneOf(WHERE, 'kind', kind, ['erdosRenyi', 'wattsStrogatz', 'barabasiAlbert']);
  const next = Random.fromSeed(seed).child('randomGraph').generator();
  const joined = Array.from({ length: nodes }, () => new Set<number>());
  const join = (a: number, b: number): void => void (joined[a].add(b), joined[b].add(a));
  if (options.kind === 'erdosRenyi') {
    drawEach(options, { joined, join, next });
  } else if (options.kind === 'wattsStrogatz') {
    rewireRing(options, { joined, join, next });
  } else {
    attach(options, { joined, join, next });
  }
  const edges = joined.flatMap((others, from) => [...others].sort((a, b) => a - b).map((to): [number, number] => [from, to])); // prettier-ignore
  return { nodes, edges };
}

const WHERE = 'nas.randomGraph';

interface Drawing {
  joined: Set<number>[];
  join: (a: number, b: number) => void;
  next: () => number;
}

type Kind<K> = Extract<RandomGraphOptions, { kind: K }>;

function drawEach({ nodes, probability }: Kind<'erdosRenyi'>, { join, next }: Drawing): void {
  expectNumber(WHERE, 'probability', probability, 0, 1);
  for (let a = 0; a < nodes; a++) {
    for (let b = a + 1; b < nodes; b++) {
      if (next() < probability) {
        join(a, b);
      }
    }
  }
}

function rewireRing({ nodes, neighbours, probability }: Kind<'wattsStrogatz'>, { joined, join, next }: Drawing): void {
  expectNumber(WHERE, 'probability', probability, 0, 1);
  expectInteger(WHERE, 'neighbours', neighbours, 2, nodes - 1);
  if (neighbours % 2 !== 0) {
    fail(WHERE, 'neighbours must be even', neighbours);
  }
  const steps = Array.from({ length: neighbours / 2 }, (_, i) => i + 1);
  steps.forEach((step) => joined.forEach((_, a) => join(a, (a + step) % nodes)));
  for (const step of steps) {
    for (let a = 0; a < nodes; a++) {
      const b = (a + step) % nodes;
      const free = Array.from({ length: nodes }, (_, c) => c).filter((c) => c !== a && !joined[a].has(c));
      if (next() < probability && free.length > 0) {
        joined[a].delete(b);
        joined[b].delete(a);
        join(a, free[Math.floor(next() * free.length)]);
      }
    }
  }
}

function attach({ nodes, attached }: Kind<'barabasiAlbert'>, { join, next }: Drawing): void {
  expectInteger(WHERE, 'attached', attached, 1, nodes - 1);
  // Each node as often as it has edges.
  const ends: number[] = [];
  for (let node = attached; node < nodes; node++) {
    const chosen = new Set<number>();
    for (let i = 0; i < attached && node === attached; i++) {
      chosen.add(i);
    }
    while (chosen.size < attached) {
      chosen.add(ends[Math.floor(next() * ends.length)]);
    }
    chosen.forEach((other) => {
      join(node, other);
      ends.push(node, other);
    });
  }
}
