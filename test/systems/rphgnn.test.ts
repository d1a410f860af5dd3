import { core, graph } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';

const random = core.Random.fromSeed(7);

/** A typed graph with normal features. */
function typed(numNodes: number, width: number, relations: number): graph.Graph {
  const plain = graph.generators.erdosRenyi({ nodes: numNodes, probability: 0.2, directed: true, seed: 3 });
  const drawn = random.normal([numNodes, width]);
  const values = Float32Array.from(drawn.dataSync());
  drawn.dispose();
  return graph.fromEdges({ ...plain.directedOptions, edgeTypes: Array.from(plain.sources, (u, e) => (u + e) % relations), nodeFeatures: { values, width } }); // prettier-ignore
}

const rowsOf = ({ values, width }: graph.Features, from = 0, to = width): number[][] =>
  Array.from({ length: values.length / width }, (_, i) => [...values.slice(i * width + from, i * width + to)]);

/** Mean over what one relation leads from (or back to), by hand. */
function mean(g: graph.Graph, rows: number[][], relation: number, along: boolean): number[][] {
  return rows.map((row, node) => {
    const near = Array.from(g.sources.keys()).filter((e) => g.edgeTypes![e] === relation && (along ? g.targets : g.sources)[e] === node).map((e) => rows[(along ? g.sources : g.targets)[e]]); // prettier-ignore
    return row.map((_, f) => near.reduce((sum, other) => sum + other[f], 0) / Math.max(1, near.length));
  });
}

const expectRows = (got: number[][], wanted: number[][]): void =>
  got.forEach((row, i) => row.forEach((value, f) => expect(value).toBeCloseTo(wanted[i][f], 4)));

describe('[rphgnn] features of typed graphs by random projection', () => {
  test('[rphgnn] the first hop is the mean along each relation, and back along it, by hand; features come first', () => {
    const g = typed(12, 3, 2);
    const made = graph.embed.relationProjection(g, { hops: 1, dim: 5 });
    expect(made.width).toBe(3 + 2 * 2 * 3);
    const x = rowsOf(g.nodeFeatures!);
    expectRows(rowsOf(made, 0, 3), x);
    [0, 1].forEach((relation) => {
      const odd = mean(g, x, relation, true);
      expectRows(rowsOf(made, 3 + 6 * relation, 6 + 6 * relation), odd);
      expectRows(rowsOf(made, 6 + 6 * relation, 9 + 6 * relation), mean(g, odd, relation, false));
    });
  });

  test('[rphgnn] width is linear in hops, where paths of relations would be a power of them', () => {
    const g = typed(12, 4, 3);
    const width = (hops: number, evenOdd = true): number => graph.embed.relationProjection(g, { hops, dim: 8, evenOdd }).width; // prettier-ignore
    expect([1, 2, 3, 4].map((hops) => width(hops))).toEqual([1, 2, 3, 4].map((hops) => 4 + 6 * 4 + (hops - 1) * 6 * 8));
    expect(width(3, false)).toBe(4 + 3 * 4 + 2 * 3 * 8);
  });

  test('[rphgnn] a later hop goes on from projections that keep products: of width 600 those of hop two are those without projection, within a tenth', () => {
    const g = typed(20, 6, 1);
    const error = (dim: number): number => {
      const made = graph.embed.relationProjection(g, { hops: 2, dim, evenOdd: false, seed: 2 });
      const [one, two] = [rowsOf(made, 6, 12), rowsOf(made, 12, 12 + dim)];
      const wanted = mean(g, one, 0, true);
      const gram = (rows: number[][]): number[] => {
        const all = rows.flatMap((a) => rows.map((b) => a.reduce((sum, value, f) => sum + value * b[f], 0)));
        const size = Math.hypot(...all);
        return all.map((value) => value / size);
      };
      const [a, b] = [gram(wanted), gram(two)];
      return Math.hypot(...a.map((value, i) => value - b[i]));
    };
    expect(error(600)).toBeLessThan(0.1);
    expect(error(600)).toBeLessThan(0.4 * error(20));
  });

  test('[rphgnn] relations are squashed by matrices of their own: two that change places give other values, though their sum is the same', () => {
    const edges = [[0, 2], [1, 2], [2, 3]] as const; // prettier-ignore
    const made = (edgeTypes: number[]): number[][] =>
      rowsOf(graph.embed.relationProjection(graph.fromEdges({ numNodes: 4, edges, edgeTypes, nodeFeatures: [[1, 0], [0, 1], [0, 0], [0, 0]] }), { hops: 2, dim: 4, evenOdd: false, relations: 3 }), 2 + 3 * 2); // prettier-ignore
    // What node 3 collects of relation 2 in the second hop is the state of node 2: it hears [1, 0] of one relation and [0, 1] of the other.
    const [one, turned] = [made([0, 1, 2]), made([1, 0, 2])];
    expect(one[3].some((value) => Math.abs(value) > 1e-3)).toBe(true);
    expect(one[3].some((value, f) => Math.abs(value - turned[3][f]) > 1e-3)).toBe(true);
    expect(() => graph.embed.relationProjection(graph.generators.ring({ nodes: 3 }), { hops: 1, dim: 2 })).toThrow('graph.embed.relationProjection: nodes must have features'); // prettier-ignore
    expect(() => graph.embed.relationProjection(graph.generators.ring({ nodes: 3 }), undefined as never)).toThrow('graph.embed.relationProjection: options must be given'); // prettier-ignore
  });

  test('[rphgnn] features that are larger say nothing more after a hop, and each hop is squashed by a matrix of its own', () => {
    // A ring of one relation: what each hop collects is what the last state holds, one node further.
    const ring = (scale: number): graph.Graph => graph.fromEdges({ numNodes: 3, edges: [[0, 1], [1, 2], [2, 0]], edgeTypes: [0, 0, 0], nodeFeatures: [[scale, 0], [0, scale], [scale, scale]] }); // prettier-ignore
    const later = (scale: number): number[][] => rowsOf(graph.embed.relationProjection(ring(scale), { hops: 3, dim: 2, evenOdd: false }), 4); // prettier-ignore
    expectRows(later(100), later(1));
    // The map from a state to the next, of two rows of either hop: alike only where the matrices are.
    const all = rowsOf(graph.embed.relationProjection(ring(1), { hops: 3, dim: 2, evenOdd: false }));
    const parts = (from: number): number[][] => [0, 1].map((node) => all[node].slice(from, from + 2));
    const map = (before: number[][], after: number[][]): number[] => {
      const [[a, b], [c, d]] = before;
      const det = a * d - b * c;
      const found = [[d, -b], [-c, a]].map((row) => [0, 1].map((f) => (row[0] * after[0][f] + row[1] * after[1][f]) / det)).flat(); // prettier-ignore
      const size = Math.hypot(...found);
      return found.map((value) => value / size);
    };
    // Columns 2-3, 4-5 and 6-7 are the three hops; node i + 1 holds what node i had.
    const shifted = (from: number): number[][] => [1, 2].map((node) => all[node].slice(from, from + 2));
    const [first, second] = [map(parts(2), shifted(4)), map(parts(4), shifted(6))];
    expect(Math.max(...first.map((value, i) => Math.abs(value - second[i])))).toBeGreaterThan(1e-2);
  });
});
