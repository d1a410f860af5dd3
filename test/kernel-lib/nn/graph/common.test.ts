import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { core, graph, io, tf } from '@switchyard/kernel-lib';
import { useCustomOps } from '@switchyard/kernel-lib/dist/base/backend/index.js';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { because } from '../../../support/because';
import { expectParameterGradients, spread } from '../../../support/gradients';
import { expectClose, expectNoLeak, finiteDifferences } from '../../../support/numeric';
import { expectShrinks, type SizeOf } from '../../../support/shrinking';
import { EDGE, ELSEWHERE, INPUTS, MEMBERS, OUTPUTS } from './members';

const random = core.Random.fromSeed(3);
afterEach(() => useCustomOps(true));

type Edges = [source: number, target: number, type: number][];

function graphOf(numNodes: number, edges: Edges): graph.Graph {
  return graph.fromEdges({
    numNodes,
    edges: edges.map(([source, target]) => [source, target]),
    edgeTypes: edges.map(([, , type]) => type),
    weights: edges.map((_, i) => 0.5 + ((i * 7) % 5) / 4),
    edgeFeatures: { values: spread([edges.length, EDGE]).dataSync(), width: EDGE }
  });
}

/** A loop at 2, parallel edges 0 -> 1 of two types, 1 -> 3 in one direction only, and isolated nodes 4 and 5. */
const EDGES: Edges = [[0, 1, 0], [2, 1, 1], [0, 1, 2], [2, 2, 0], [1, 3, 1], [3, 0, 2], [1, 0, 0]]; // prettier-ignore
const messy = graphOf(6, EDGES);

function run(layer: core.Module, g: graph.Graph, x: tf.Tensor, training = false): tf.Tensor {
  const ctx = core.Context.create({ random, training });
  const y = tf.tidy(() => new graph.OnGraph(g, layer).apply(x, ctx));
  ctx.dispose();
  return y;
}

describe.each(MEMBERS.map((each) => [`${each.name} ${JSON.stringify(each.spec.options)}`, each] as const))(
  'every graph layer: %s',
  (
    _title,
    {
      name,
      spec,
      parameters,
      flops,
      hearsItself,
      counts = true,
      still = [],
      pinned,
      jumps = false,
      bothWays = false,
      ordered = false
    }
  ) => {
    const make = (stream = random, inputWidth = INPUTS): graph.GraphLayer =>
      spec.build({ inputWidth, outputWidth: OUTPUTS, random: stream });
    const layer = make();
    const x = spread([6, INPUTS]);
    afterAll(() => {
      layer.dispose();
      x.dispose();
    });
    const values = (g: graph.Graph, of: tf.Tensor, from: core.Module = layer): number[][] =>
      tf.tidy(() => run(from, g, of).arraySync() as number[][]);
    const alone = (): number[] => values(graphOf(1, []), x.slice([4, 0], [1, INPUTS]))[0];

    test('names its parameters, the axis that goes out, and its operations', () => {
      expect([...layer.parameters().keys()].sort()).toEqual([...parameters].sort());
      expect(layer.outputs.size).toBe(OUTPUTS);
      expect(layer.cost({ length: 4 }).flops).toBe(flops);
    });

    test('the spec as JSON builds the same', () => {
      const { kind, options } = JSON.parse(JSON.stringify({ kind: spec.kind, options: spec.options })) as core.SpecData;
      const twin = graph.layerSpecs.of({ kind, options }).build({ inputWidth: INPUTS, outputWidth: OUTPUTS, random });
      expect(twin.constructor.name).toBe(name);
      expect(values(messy, x, twin)).toEqual(values(messy, x));
      twin.dispose();
    });

    test.skipIf(jumps)(
      'every parameter and what nodes hold get the gradient of finite differences',
      because('its output jumps'),
      () => {
        // Biases of 0 are a ReLU's corner, where a node hears nothing.
        const moved = make();
        moved.parameters().forEach(({ variable }, path) => path.endsWith('bias') && tf.tidy(() => variable.assign(spread(variable.shape).mul(0.2)))); // prettier-ignore
        const scalar = (of: tf.Tensor): tf.Scalar =>
          tf.tidy(() =>
            run(moved, messy, of)
              .mul(spread([6, OUTPUTS]))
              .sum()
          );
        tf.tidy(() => {
          expectClose(tf.grad(scalar)(x), finiteDifferences(scalar, x, 3e-3), 1e-2);
        });
        expectParameterGradients(moved, () => scalar(x), { still });
        moved.dispose();
      }
    );

    test('the custom ops and the composed ones give the same, with gradients', () => {
      const all = (): number[][] =>
        tf.tidy(() => {
          const { value, grads } = tf.variableGrads(() => run(layer, messy, x).square().sum());
          return [run(layer, messy, x), value, ...Object.keys(grads).sort().map((key) => grads[key])].map((each) => [...each.dataSync()]); // prettier-ignore
        });
      const custom = all();
      useCustomOps(false);
      all().forEach((each, i) => expectClose(custom[i], each, 1e-5));
    });

    test('nodes in another order give the same in that order', () => {
      const order = [3, 5, 0, 1, 4, 2];
      const moved = graph.fromEdges({
        numNodes: 6,
        edges: EDGES.map(([source, target]) => [order[source], order[target]]),
        edgeTypes: EDGES.map(([, , type]) => type),
        weights: EDGES.map((_, i) => 0.5 + ((i * 7) % 5) / 4),
        edgeFeatures: { values: spread([7, EDGE]).dataSync(), width: EDGE }
      });
      tf.tidy(() => {
        const back = tf.tensor1d(Array.from(order.keys()).map((node) => order.indexOf(node)), 'int32'); // prettier-ignore
        const wanted = values(messy, x);
        const got = values(moved, tf.gather(x, back));
        wanted.forEach((row, node) => expectClose(got[order[node]], row, 1e-5));
      });
    });

    test.skipIf(ordered)('edges in another order give the same', because('it goes by the order of edges'), () => {
      const reversed = graph.fromEdges({
        numNodes: 6,
        edges: [...EDGES].reverse().map(([source, target]) => [source, target]),
        edgeTypes: [...EDGES].reverse().map(([, , type]) => type),
        weights: EDGES.map((_, i) => 0.5 + ((i * 7) % 5) / 4).reverse(),
        edgeFeatures: (spread([7, EDGE]).arraySync() as number[][]).reverse()
      });
      expectClose(values(reversed, x).flat(), values(messy, x).flat(), 1e-5);
    });

    test('an isolated node, no edges and one node: finite, and nothing of the others', () => {
      const [all, none] = [values(messy, x), values(graphOf(6, []), x)];
      [...all, ...none].forEach((row) => row.forEach((value) => expect(Number.isFinite(value)).toBe(true)));
      expectClose(all[4], alone(), 1e-6);
      none.forEach((row, node) =>
        tf.tidy(() => expectClose(row, values(graphOf(1, []), x.slice([node, 0], [1, INPUTS]))[0], 1e-6))
      );
      const gradient = tf.tidy(() => [
        ...tf
          .grad((x) => run(layer, graphOf(6, []), x).sum())(x)
          .dataSync()
      ]);
      expect(gradient.every(Number.isFinite)).toBe(true);
      expect(gradient.some((value) => value !== 0)).toBe(hearsItself);
    });

    test('one edge 0 -> 1: 1 hears 0, and 0 does not hear 1', () => {
      // A loop, as GCN divides by the degree of 0 too.
      const g = graphOf(2, [[0, 1, 0], [0, 0, 0]]); // prettier-ignore
      tf.tidy(() => {
        const two = x.slice([0, 0], [2, INPUTS]);
        const of = (node: number): number[][] =>
          tf.grad((x) => run(layer, g, x).slice([node, 0], [1, OUTPUTS]).mul(spread([1, OUTPUTS])).sum())(two).arraySync() as number[][]; // prettier-ignore
        // What a node chooses may shut the edge.
        expect(jumps || of(1)[0].some((value) => Math.abs(value) > 1e-4)).toBe(true);
        expect(of(0)[1].every((value) => value === 0)).toBe(!bothWays);
      });
    });

    test.skipIf(jumps)('a loop is heard, and a second edge counts where it is to', because('its output jumps'), () => {
      const loop = values(graphOf(2, [[0, 1, 0], [0, 0, 1]]), x.slice([0, 0], [2, INPUTS])); // prettier-ignore
      expect(loop.flat().every(Number.isFinite)).toBe(true);
      const even = (edges: [number, number][]): graph.Graph =>
        graph.fromEdges({
          numNodes: 3,
          edges,
          edgeTypes: edges.map(() => 0),
          edgeFeatures: edges.map(() => [1, 0, 1])
        });
      tf.tidy(() => {
        const three = x.slice([0, 0], [3, INPUTS]);
        const [once, twice] = [[[0, 1], [2, 1]], [[0, 1], [0, 1], [2, 1]]].map((edges) => values(even([[0, 0], [2, 2], ...edges] as [number, number][]), three)); // prettier-ignore
        expect(twice[1].some((value, i) => Math.abs(value - once[1][i]) > 1e-4)).toBe(counts);
      });
    });

    test('the same seed gives the same, another others', () => {
      const [twin, other] = [make(), make(core.Random.fromSeed(4))];
      expect(values(messy, x, twin)).toEqual(values(messy, x));
      expect(values(messy, x, other)).not.toEqual(values(messy, x));
      tf.tidy(() => {
        expect([...run(layer, messy, x, true).dataSync()]).toEqual([...run(layer, messy, x, true).dataSync()]);
      });
      [twin, other].forEach((each) => each.dispose());
    });

    test('what is saved computes the same when it is loaded', () => {
      const other = make(core.Random.fromSeed(5));
      const file = join(tmpdir(), `${spec.kind}-${process.pid}.safetensors`);
      io.saveModel(layer, file);
      io.loadModel(other, file);
      rmSync(file);
      expect(values(messy, x, other)).toEqual(values(messy, x));
      other.dispose();
    });

    test('every axis can be cut, or says why not', () => {
      const width = (size: SizeOf): number => size('inputs', INPUTS);
      expectShrinks({ make: () => make(), run: (module, size) => run(module, messy, spread([6, width(size)])), pinned: ['score', 'edgeWidth', ...(pinned ?? [])] }); // prettier-ignore
    });

    test('leaves only its output behind, and nothing of its gradient', () => {
      expectNoLeak(() => void run(layer, messy, x, true), 1);
      expectNoLeak(() => {
        const { value, grads } = tf.variableGrads(() => run(layer, messy, x, true).square().sum() as tf.Scalar);
        tf.dispose([value, grads]);
      });
      expectNoLeak(() => make().dispose());
    });
  }
);

test('no layer is left out', () => {
  const classes = Object.entries(graph).filter(
    ([, value]) => typeof value === 'function' && (value.prototype as unknown) instanceof core.Module
  );
  const known = new Set([...MEMBERS.map(({ name }) => name), ...Object.keys(ELSEWHERE)]);
  expect(classes.map(([name]) => name).sort()).toEqual([...known].sort());
  expect([...graph.layerSpecs.names].sort()).toEqual([...new Set(MEMBERS.map(({ spec }) => spec.kind))].sort());
});
