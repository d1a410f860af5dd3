import { core, graph, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { expectGradients, spread } from '../support/gradients';
import { dense, drawnGraph, passOn } from '../support/graphs';
import { expectClose } from '../support/numeric';

const SIZE = 12;
const drawn = drawnGraph(SIZE, 0.25, core.Random.fromSeed(7));
const g = graph.fromEdges({ ...drawn.directedOptions, weights: Float32Array.from(drawn.sources, (u, e) => 1 + ((3 * u + 7 * drawn.targets[e]) % 5)) }); // prettier-ignore
const column = (values: Float32Array): tf.Tensor2D => tf.tensor2d(values, [values.length, 1]);
const FAR = 1e30;

describe('generalised Bellman-Ford', () => {
  test.each([1, 2, 4])(
    '[nbfnet] sums of what is added, the least of them: shortest paths of at most %i edges from every node, exactly',
    (steps) => {
      // By hand: lengths of at most so many edges, one step after the other.
      let wanted = Array.from({ length: SIZE }, (_, v) => Array.from({ length: SIZE }, (_unused, source) => (v === source ? 0 : Infinity))); // prettier-ignore
      for (let step = 0; step < steps; step++) {
        wanted = wanted.map(
          (row, v) =>
        row.map((own, source) => Array.from(g.sources, (u, e) => (g.targets[e] === v ? wanted[u][source] + g.weights![e] : Infinity)).reduce((a, b) => Math.min(a, b), own)) // prettier-ignore
        );
      }
      tf.tidy(() => {
        // One column a source.
        const boundary = tf.eye(SIZE).mul<tf.Tensor2D>(-FAR).add<tf.Tensor2D>(FAR);
        const edges = Array.from({ length: steps }, () => column(g.weights!));
        const got = graph.bellmanFord(boundary, g, { edges, message: 'add', aggregation: 'min' }).arraySync();
        expect(got.map((row) => row.map((value) => (value > FAR / 2 ? Infinity : value)))).toEqual(wanted);
      });
    }
  );

  test('[nbfnet] products, summed: Katz, the sum of powers of the weighed adjacency; and with another value of the edges in each step', () => {
    tf.tidy(() => {
      const eye = tf.eye(SIZE) as tf.Tensor2D;
      const beta = 0.1;
      const A = tf.tensor2d(dense(g, g.weights!.map((w) => beta * w))); // prettier-ignore
      const edges = column(g.weights!.map((w) => beta * w));
      const powers = [eye, A, A.matMul<tf.Tensor2D>(A), A.matMul<tf.Tensor2D>(A).matMul<tf.Tensor2D>(A)];
      expectClose(graph.bellmanFord(eye, g, { edges: [edges, edges, edges] }), tf.addN(powers), 1e-5);
      const other = edges.mul<tf.Tensor2D>(-2);
      // The last step is the outermost factor.
      const wanted = eye.add(A.mul(-2)).add(A.mul(-2).matMul(A));
      expectClose(graph.bellmanFord(eye, g, { edges: [edges, other] }), wanted, 1e-5);
    });
  });

  test('[nbfnet] rules of relations: two steps along parents are the grandparents of a family that it has never seen, and nobody else', () => {
    const { graph: family, relations } = graph.generators.family({ couples: 3, seed: 4 });
    const ofType = (name: (typeof relations)[number]): ((edge: number) => number) => {
      const type = relations.indexOf(name);
      return (edge) => Number(family.edgeTypes![edge] === type);
    };
    const mask = (name: (typeof relations)[number]): Float32Array => Float32Array.from({ length: family.numEdges }, (_, e) => ofType(name)(e)); // prettier-ignore
    tf.tidy(() => {
      const parents = column(mask('parentOf'));
      const eye = tf.eye(family.numNodes) as tf.Tensor2D;
      const paths = graph.bellmanFord(eye, family, { edges: [parents, parents] }).arraySync();
      const once = graph.bellmanFord(eye, family, { edges: [parents] }).arraySync();
      const grand = dense(family, mask('grandparentOf'));
      expect(grand.flat().some((value) => value > 0)).toBe(true);
      paths.forEach((row, v) => row.forEach((value, u) => expect(value - once[v][u] > 0).toBe(grand[v][u] > 0)));
    });
  });

  test('[nbfnet] boundary and edges have the gradients of finite differences; wrong rows are refused', () => {
    const few = drawnGraph(6, 0.5, core.Random.fromSeed(2));
    tf.tidy(() => {
      const inputs = [spread([6, 2]), spread([few.numEdges, 2]), spread([few.numEdges, 1], 5)];
      for (const algebra of [{}, { message: 'add', aggregation: 'max' }] as graph.PathAlgebra[]) {
        expectGradients((x, a, b) => graph.bellmanFord(x as tf.Tensor2D, few, { edges: [a, b] as tf.Tensor2D[], ...algebra }), inputs, 2e-2); // prettier-ignore
      }
    });
    expect(() => graph.bellmanFord(tf.zeros([6, 4]), few, { edges: [tf.zeros([few.numEdges, 3])] })).toThrow('graph.bellmanFord: edges must have 1 or 4 values, got 3'); // prettier-ignore
    expect(() => graph.bellmanFord(tf.zeros([6, 4]), few, { edges: [], aggregation: 'mean' as never })).toThrow('graph.bellmanFord: aggregation must be one of sum, min, max, got mean'); // prettier-ignore
  });

  test('[nbfnet] the layer by hand: each step has values of its own for each type of edge, and begins again at the boundary', () => {
    const few = graph.fromEdges({ numNodes: 3, edges: [[0, 1], [1, 2], [0, 2]], edgeTypes: [0, 1, 1] }); // prettier-ignore
    const layer = graph
      .neuralBellmanFord({ relations: 2, steps: 2 })
      .build({ inputWidth: 2, outputWidth: 2, random: core.Random.fromSeed(3) });
    tf.tidy(() => {
      const x = spread([3, 2]) as tf.Tensor2D;
      const read = (name: string): number[][] => (layer.parameters().get(name)!.read() as tf.Tensor2D).arraySync();
      const bias = (name: string): number[] => [
        ...(layer.parameters().get(`${name}.bias`)?.read().dataSync() ?? [0, 0])
      ];
      const times = (row: number[], name: string): number[] => bias(name).map((start, j) => row.reduce((sum, value, i) => sum + value * read(`${name}.weight`)[i][j], start)); // prettier-ignore
      const boundary = x.arraySync().map((row) => times(row, 'map'));
      let nodes = boundary;
      [0, 1].forEach((step) => {
        const values = read(`relations${step}`);
        const heard = boundary.map((row, v) => row.map((value, f) => Array.from(few.sources).reduce((sum, u, e) => sum + (few.targets[e] === v ? nodes[u][f] * values[few.edgeTypes![e]][f] : 0), value))); // prettier-ignore
        nodes = nodes.map((row, v) => times([...row, ...heard[v]], `${step}`).map((value) => (step === 0 ? Math.max(0, value) : value))); // prettier-ignore
      });
      expectClose(passOn(few, layer, x), nodes.flat(), 1e-5);
    });
    layer.dispose();
  });
});
