import { expectInteger, expectNumber, fail } from '../../base/core';

/** Three nodes, ascending. */
export type Triple = readonly [number, number, number];

/** Triangles of the graph that groups make. */
export interface SimplicialTriangles {
  /** Triples each two of which have been in a group together, but never all three in one. */
  open: Triple[];
  /** Triples that have been in one group. */
  closed: Triple[];
  /** How many groups two nodes have been in together; 0 of those that never were. */
  strength: (a: number, b: number) => number;
}

/**
 * Open and closed triangles of a stream of groups (simplicial closure, arXiv 1802.06916), and the strengths of ties between them. A group counts once for each two of its nodes, however often it names one.
 *
 * @param groups - Nodes of each group, from 0.
 * @throws {SwitchyardError} where a node is no integer of at least 0.
 */
export function simplicialTriangles(groups: readonly (readonly number[])[]): SimplicialTriangles {
  const where = 'graph.probes.simplicialTriangles';
  if (!Array.isArray(groups)) {
    fail(where, 'groups must be lists of nodes', groups);
  }
  const strengths = new Map<number, Map<number, number>>();
  const closed = new Map<string, Triple>();
  const near = (node: number): Map<number, number> => strengths.get(node) ?? strengths.set(node, new Map()).get(node)!;
  for (const group of groups as readonly (readonly number[])[]) {
    group.forEach((node) => expectInteger(where, 'nodes', node, 0));
    const nodes = [...new Set(group)].sort((a, b) => a - b);
    nodes.forEach((a, i) =>
      nodes.slice(i + 1).forEach((b, j) => {
        near(a).set(b, (near(a).get(b) ?? 0) + 1);
        near(b).set(a, (near(b).get(a) ?? 0) + 1);
        nodes.slice(i + j + 2).forEach((c) => closed.set(`${a} ${b} ${c}`, [a, b, c]));
      })
    );
  }
  const open: Triple[] = [];
  [...strengths.keys()].sort((a, b) => a - b).forEach((a) => {
    const above = [...near(a).keys()].filter((b) => b > a).sort((b, c) => b - c);
    above.forEach((b, i) =>
      above.slice(i + 1).forEach((c) => {
        if (near(b).has(c) && !closed.has(`${a} ${b} ${c}`)) {
          open.push([a, b, c]);
        }
      })
    );
  }); // prettier-ignore
  return { open, closed: [...closed.values()], strength: (a, b) => strengths.get(a)?.get(b) ?? 0 };
}

/**
 * Scores of triples by the p-mean of the strengths of their three ties (arXiv 1802.06916): harmonic at -1, geometric at 0, arithmetic at 1; the least at -Infinity, the greatest at Infinity. What predicts which open triangles close. 0 where
 * a tie is 0 and p is not above 0.
 */
export function closureScores(
  { strength }: Pick<SimplicialTriangles, 'strength'>,
  triples: readonly Triple[],
  p = -1
): number[] {
  const where = 'graph.probes.closureScores';
  if (Math.abs(p) !== Infinity) {
    expectNumber(where, 'p', p);
  }
  return triples.map(([a, b, c]) => {
    const ties = [strength(a, b), strength(a, c), strength(b, c)];
    if (p === -Infinity || p === Infinity) {
      return p < 0 ? Math.min(...ties) : Math.max(...ties);
    }
    if (p <= 0 && ties.includes(0)) {
      return 0;
    }
    return p === 0
      ? Math.cbrt(ties[0] * ties[1] * ties[2])
      : (ties.reduce((sum, tie) => sum + tie ** p, 0) / 3) ** (1 / p);
  });
}
