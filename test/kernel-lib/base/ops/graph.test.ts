import { core, graph, tf } from '@switchyard/kernel-lib';
import { executeMultiple, executeSingle, useCustomOps } from '@switchyard/kernel-lib/dist/base/backend/index.js';
import { afterEach, describe, expect, test } from 'vitest';
import { expectGradients, spread } from '../../../support/gradients';
import { expectClose, expectNoLeak } from '../../../support/numeric';
import { CUSTOM_OPS, ofCustomOps } from '../../../support/customOps';

afterEach(() => useCustomOps(true));

/** A loop at 2, parallel edges 0 -> 1, one direction only 1 -> 3, and isolated nodes 4 and (last) 5. */
const small = graph.fromEdges({
  numNodes: 6,
  edges: [[0, 1], [2, 1], [0, 1], [2, 2], [1, 3], [3, 0], [1, 0]] // prettier-ignore
});
const none = graph.fromEdges({ numNodes: 3, edges: [] });
const one = graph.fromEdges({ numNodes: 1, edges: [] });

function drawn(numNodes: number, numEdges: number, seed = 1): graph.Graph {
  const next = core.Random.fromSeed(seed).generator();
  // A few nodes have most edges.
  const node = (): number => Math.floor(next() ** 3 * numNodes);
  const edges = Array.from({ length: numEdges }, () => [node(), node()] as const);
  return graph.fromEdges({ numNodes, edges });
}

/** Sum over edges, one after the other. */
function byHand(g: graph.Graph, x: tf.Tensor2D, weights?: tf.Tensor): number[][] {
  const [rows, by] = [x.arraySync(), weights?.reshape([g.numEdges, -1]).arraySync() as number[][] | undefined];
  const width = x.shape[1];
  const out = rows.map(() => new Array<number>(width).fill(0));
  g.sources.forEach((source, edge) => {
    for (let f = 0; f < width; f++) {
      const heads = by?.[edge].length ?? 1;
      out[g.targets[edge]][f] += rows[source][f] * (by?.[edge][Math.floor((f * heads) / width)] ?? 1);
    }
  });
  return out;
}

describe.each([
  ['custom', true],
  ['composed', false]
])('ops on graphs, %s', (_, custom) => {
  const on = <T>(f: () => T): T => {
    useCustomOps(custom);
    return f();
  };

  // Below, at and above what registers hold.
  test.each([1, 3, 15, 16, 17, 48, 64, 128, 131, 200])(
    'the sum of neighbours of %i features is that by hand, with and without weights',
    (width) =>
      on(() => {
        const g = drawn(40, 300);
        expectNoLeak(() =>
          tf.tidy(() => {
            const x = spread([40, width]) as tf.Tensor2D;
            const weights = spread([300], 3);
            expectClose(graph.neighbourSum(x, g), byHand(g, x).flat(), 1e-5);
            expectClose(graph.neighbourSum(x, g, weights), byHand(g, x, weights).flat(), 1e-5);
            const constant = weights.dataSync<'float32'>();
            expectClose(graph.neighbourSum(x, g, constant), byHand(g, x, weights).flat(), 1e-5);
            const along = (w: tf.Tensor | Float32Array): Float32Array => tf.grad((x) => graph.neighbourMean(x as tf.Tensor2D, g, w).square())(x).dataSync<'float32'>(); // prettier-ignore
            expectClose(along(constant), along(weights), 1e-6);
            const mean = byHand(g, x).map((row, node) =>
              row.map((value) => value / Math.max(1, graph.degrees(g)[node]))
            );
            expectClose(graph.neighbourMean(x, g), mean.flat(), 1e-5);
          })
        );
      })
  );

  test.each([
    [2, 8],
    [2, 40],
    [8, 8],
    [3, 3]
  ])('weights of %i heads count for parts of %i features', (heads, width) =>
    on(() =>
      tf.tidy(() => {
        const x = spread([6, width]) as tf.Tensor2D;
        const weights = spread([7, heads], 5);
        expectClose(graph.neighbourSum(x, small, weights), byHand(small, x, weights).flat(), 1e-5);
        expectGradients((x, w) => graph.neighbourSum(x as tf.Tensor2D, small, w), [x, weights]);
      })
    )
  );

  test('gradients of sum, mean and products of ends are those of finite differences', () =>
    on(() => {
      const [x, b] = [spread([6, 18]) as tf.Tensor2D, spread([6, 18], 7) as tf.Tensor2D];
      const weights = spread([7], 3);
      const cases: [(...of: tf.Tensor[]) => tf.Tensor, tf.Tensor[]][] = [
        [(x) => graph.neighbourSum(x as tf.Tensor2D, small), [x]],
        [(x, w) => graph.neighbourSum(x as tf.Tensor2D, small, w), [x, weights]],
        [(x, w) => graph.neighbourMean(x as tf.Tensor2D, small, w), [x, weights]],
        [(a, b) => graph.edgeDot(a as tf.Tensor2D, b as tf.Tensor2D, small, { heads: 3 }), [x, b]],
        [(a, b) => graph.edgeSum(a as tf.Tensor2D, b as tf.Tensor2D, small), [x, b]],
        [(a, b) => graph.edgeDifference(a as tf.Tensor2D, b as tf.Tensor2D, small), [x, b]],
        [(w) => graph.edgeScatter(w as tf.Tensor2D, small, 'sum', 'source'), [weights.reshape([7, 1])]],
        [(w) => graph.edgeScatter(w as tf.Tensor2D, small, 'mean'), [weights.reshape([7, 1])]]
      ];
      expectNoLeak(() => cases.forEach(([f, inputs]) => tf.tidy(() => expectGradients(f, inputs))));
    }));

  test('a product of ends by hand, of each head', () =>
    on(() =>
      tf.tidy(() => {
        const g = graph.fromEdges({ numNodes: 2, edges: [[0, 1]] });
        const [a, b] = [tf.tensor2d([[1, 2, 3, 4], [9, 9, 9, 9]]), tf.tensor2d([[9, 9, 9, 9], [5, 6, 7, 8]])]; // prettier-ignore
        expect(graph.edgeDot(a, b, g, { heads: 2 }).arraySync()).toEqual([[1 * 5 + 2 * 6, 3 * 7 + 4 * 8]]);
        expect(graph.edgeDifference(a, b, g).arraySync()).toEqual([[-4, -4, -4, -4]]);
      })
    ));

  test('one edge 0 -> 1: 1 hears 0, and 0 nothing', () =>
    on(() =>
      tf.tidy(() => {
        const g = graph.fromEdges({ numNodes: 2, edges: [[0, 1]] });
        const x = tf.tensor2d([[2], [5]]); // prettier-ignore
        [graph.neighbourSum, graph.neighbourMean, graph.neighbourMax].forEach((op) =>
          expect(op(x, g).arraySync()).toEqual([[0], [2]])
        );
        expect(graph.edgeScatter(tf.tensor2d([[3]]), g, 'sum').arraySync()).toEqual([[0], [3]]);
        expect(graph.edgeScatter(tf.tensor2d([[3]]), g, 'sum', 'source').arraySync()).toEqual([[3], [0]]);
      })
    ));

  test('the greatest by hand, 0 where none leads; equal ones share the gradient, loops and parallel edges counted', () =>
    on(() =>
      tf.tidy(() => {
        const x = tf.tensor2d([[-1, 2], [-4, -1], [-1, 7], [3, 3], [1, 1], [1, 1]]); // prettier-ignore
        expect(graph.neighbourMax(x, small).arraySync()).toEqual([[3, 3], [-1, 7], [-1, 7], [-4, -1], [0, 0], [0, 0]]); // prettier-ignore
        // Of node 1 the first feature ties three edges, two of which are of 0.
        const dx = tf.grad((x) => graph.neighbourMax(x as tf.Tensor2D, small).slice([1, 0], [1, 2]).sum())(x); // prettier-ignore
        expectClose(dx, [2 / 3, 0, 0, 0, 1 / 3, 1, 0, 0, 0, 0, 0, 0], 1e-6);
        expectGradients((x) => graph.neighbourMax(x as tf.Tensor2D, small), [spread([6, 17])]);
      })
    ));

  test('softmax among edges of one target (0 -> 2, 1 -> 2), stable at 1000, 0 of edges all masked, nothing of empty rows', () =>
    on(() =>
      tf.tidy(() => {
        const g = graph.fromEdges({ numNodes: 5, edges: [[0, 2], [1, 2], [0, 1], [0, 3], [1, 3]] }); // prettier-ignore
        const shares = graph.edgeSoftmax(tf.tensor1d([7, 1000, 1000, -Infinity, -Infinity]), g);
        expect([...shares.dataSync()]).toEqual([1, 0.5, 0.5, 0, 0]);
        const two = graph.edgeSoftmax(tf.tensor2d([[1, 0], [0, 0], [Math.log(3), 0], [0, 0], [0, -1000]]), g); // prettier-ignore
        expectClose(two, [1, 1, 0.25, 0.5, 0.75, 0.5, 0.5, 1, 0.5, 0], 1e-6);
        expectGradients((x) => graph.edgeSoftmax(x as tf.Tensor2D, small), [spread([7, 2])]);
        expectGradients((x) => graph.edgeSoftmax(x as tf.Tensor1D, small), [spread([7])]);
      })
    ));

  test('no edges and one node: 0, and gradients of 0', () =>
    on(() =>
      tf.tidy(() => {
        for (const g of [none, one]) {
          const x = tf.ones([g.numNodes, 4]) as tf.Tensor2D;
          for (const op of [graph.neighbourSum, graph.neighbourMean, graph.neighbourMax]) {
            expect([...op(x, g).dataSync()]).toEqual(new Array(4 * g.numNodes).fill(0));
            expect([...tf.grad((x) => op(x as tf.Tensor2D, g))(x).dataSync()]).toEqual(new Array(4 * g.numNodes).fill(0)); // prettier-ignore
          }
          expect(graph.edgeDot(x, x, g, { heads: 2 }).shape).toEqual([0, 2]);
          expect(graph.edgeSoftmax(tf.zeros([0, 2]) as tf.Tensor2D, g).shape).toEqual([0, 2]);
          expect(graph.edgeGather(x, g, 'source').shape).toEqual([0, 4]);
          expect([...graph.edgeScatter(tf.zeros([0, 1]), g, 'max').dataSync()]).toEqual(new Array(g.numNodes).fill(0));
        }
      })
    ));

  test('two runs give the same bytes', () =>
    on(() =>
      tf.tidy(() => {
        const g = drawn(500, 6000);
        const x = spread([500, 40]) as tf.Tensor2D;
        const w = spread([6000, 2], 9);
        const run = (): Float32Array => {
          const all = tf.grads((x, w) => graph.neighbourSum(x as tf.Tensor2D, g, graph.edgeSoftmax(w as tf.Tensor2D, g)).square())([x, w]); // prettier-ignore
          return tf.concat(all.map((each) => each.flatten())).dataSync() as Float32Array;
        };
        expect(Buffer.from(run().buffer).equals(Buffer.from(run().buffer))).toBe(true);
      })
    ));

  test('what is refused', () =>
    on(() => {
      const x = tf.ones([6, 4]) as tf.Tensor2D;
      const wrong: [() => unknown, string][] = [
        [() => graph.neighbourSum(tf.ones([5, 4]), small), 'graph.neighbourSum: expects'],
        [() => graph.neighbourSum(x.toInt(), small), 'graph.neighbourSum: x must be float32, got int32'],
        [() => graph.neighbourSum(x, small, tf.ones([6])), 'graph.neighbourSum: expects'],
        [() => graph.neighbourSum(x, small, new Float32Array(6)), 'graph.neighbourSum: weights must be as many as edges (7), got 6'], // prettier-ignore
        [() => graph.neighbourSum(x, small, tf.ones([7, 3])), 'graph.neighbourSum: heads of weights must divide 4 features, got 3'], // prettier-ignore
        [() => graph.neighbourMax(tf.ones([7, 4]), small), 'graph.neighbourMax: expects'],
        [() => graph.edgeDot(x, tf.ones([6, 5]), small), 'graph.edgeDot: expects'],
        [() => graph.edgeDot(x, x, small, { heads: 3 }), 'graph.edgeDot: heads must divide 4 features, got 3'],
        [() => graph.edgeSoftmax(tf.ones([6]) as tf.Tensor1D, small), 'graph.edgeSoftmax: expects'],
        [() => graph.edgeGather(x, small, 'middle' as never), 'graph.edgeGather: end must be one of source, target, got middle'], // prettier-ignore
        [() => graph.edgeScatter(tf.ones([7, 1]), small, 'median' as never), 'graph.edgeScatter: reduction must be one of sum, mean, max, got median'] // prettier-ignore
      ];
      wrong.forEach(([call, message]) =>
        tf.tidy(() => {
          expect(call).toThrow(message);
        })
      );
      x.dispose();
    }));
});

describe.skipIf(!CUSTOM_OPS)('the custom ops agree with the composed ones on drawn graphs', ofCustomOps, () => {
  test.each([
    [1, 0, 3],
    [7, 20, 5],
    [300, 4000, 33],
    [90, 900, 128]
  ])('%i nodes, %i edges, %i features', (numNodes, numEdges, width) => {
    const g = drawn(numNodes, numEdges, numEdges);
    const run = (): number[][] =>
      tf.tidy(() => {
        const [x, b] = [spread([numNodes, width]) as tf.Tensor2D, spread([numNodes, width], 3) as tf.Tensor2D];
        // Ties: few values.
        const few = x.mul(3).round().div<tf.Tensor2D>(3);
        const all = (x: tf.Tensor, b: tf.Tensor): tf.Tensor => {
          const shares = graph.edgeSoftmax(graph.edgeDot(x as tf.Tensor2D, b as tf.Tensor2D, g), g);
          return graph.neighbourSum(x as tf.Tensor2D, g, shares).mul(graph.neighbourMean(b as tf.Tensor2D, g));
        };
        const most = (x: tf.Tensor): tf.Tensor => graph.neighbourMax(x as tf.Tensor2D, g).mul(b);
        return [all(x, b), ...tf.grads(all)([x, b]), most(few), tf.grad(most)(few)].map((each) => [...each.dataSync()]);
      });
    useCustomOps(true);
    const custom = run();
    useCustomOps(false);
    run().forEach((each, i) => expectClose(custom[i], each, 2e-5));
  });
});

describe.skipIf(!CUSTOM_OPS)('wrong indices are refused, and nothing is read beyond its end', ofCustomOps, () => {
  const ints = (...values: number[]): tf.Tensor1D => tf.tensor1d(values, 'int32');
  const x = (): tf.Tensor => tf.ones([3, 2]);
  const sum =
    (...last: tf.Tensor[]) =>
    () =>
      executeSingle('SwitchyardGraphSum', {}, [x(), ...last]);
  test.each<[string, () => unknown, string]>([
    ['a neighbour that is not there', sum(tf.ones([1, 1]), ints(0, 1), ints(3), ints()), 'neighbours must be 0..2, got 3'], // prettier-ignore
    ['a neighbour below 0', sum(tf.ones([1, 1]), ints(0, 1), ints(-1), ints()), 'neighbours must be 0..2, got -1'],
    ['starts that fall', sum(tf.ones([2, 1]), ints(0, 2, 1, 2), ints(0, 1), ints()), 'offsets must rise'],
    ['starts that end elsewhere', sum(tf.ones([2, 1]), ints(0, 3), ints(0, 1), ints()), 'offsets must rise'],
    ['no starts', sum(tf.ones([0, 1]), ints(), ints(), ints()), 'starts and neighbours must be'],
    ['a weight too few', sum(tf.ones([1, 1]), ints(0, 2), ints(0, 1), ints()), 'weights must be of 2 edges'],
    ['a number that is not there', sum(tf.ones([1, 1]), ints(0, 1), ints(0), ints(1)), 'numbers must be 0..0, got 1'],
    ['numbers too many', sum(tf.ones([2, 1]), ints(0, 1), ints(0), ints(0, 1)), 'numbers must be [1]'],
    ['heads that divide nothing', sum(tf.ones([1, 3]), ints(0, 1), ints(0), ints()), 'heads must divide 2 features, got 3'], // prettier-ignore
    ['a product of rows too few', () => executeSingle('SwitchyardGraphDot', { heads: 1 }, [x(), tf.ones([2, 2]), ints(0, 1), ints(0)]), 'b must have 1 rows'], // prettier-ignore
    ['a product of other widths', () => executeSingle('SwitchyardGraphDot', { heads: 1 }, [x(), tf.ones([1, 3]), ints(0, 1), ints(0)]), 'a and b must be'], // prettier-ignore
    ['the greatest of none', () => executeMultiple('SwitchyardGraphMax', {}, [x(), ints(0, 1), ints(5)], 2), 'neighbours must be 0..2, got 5'], // prettier-ignore
    ['a gradient of other rows', () => executeSingle('SwitchyardGraphMaxGrad', {}, [x(), tf.ones([1, 2]), tf.ones([1, 2]), ints(0, 1), ints(0)]), 'x must have 1 rows'], // prettier-ignore
    ['a softmax of other edges', () => executeSingle('SwitchyardGraphSoftmax', {}, [tf.ones([2, 1]), ints(0, 1)]), 'offsets must rise'], // prettier-ignore
    ['its gradient of another shape', () => executeSingle('SwitchyardGraphSoftmaxGrad', {}, [tf.ones([2, 1]), tf.ones([1, 1]), ints(0, 1)]), 'dy, y and starts must be'] // prettier-ignore
  ])('%s', (_, call, message) => {
    tf.tidy(() => {
      expect(call).toThrow(message);
    });
  });
});

test('unweighted sums over neighbours, gathers and scatters of edges have second gradients: that of a gradient is that of its differences', () => {
  const energy = (x: tf.Tensor): tf.Scalar => tf.tidy(() => {
    const [from, to] = (['source', 'target'] as const).map((end) => graph.edgeGather(x as tf.Tensor2D, small, end));
    const sums = graph.edgeScatter(from.mul(to).mul<tf.Tensor2D>(from), small, 'sum');
    return sums.square().sum().add(graph.neighbourSum(x.square() as tf.Tensor2D, small).mul(x).sum());
  }); // prettier-ignore
  for (const custom of [true, false]) {
    useCustomOps(custom);
    const x = spread([6, 2]);
    expectGradients((of) => tf.tidy(() => tf.grad(energy)(of)), [x], 1e-2);
    x.dispose();
  }
});
