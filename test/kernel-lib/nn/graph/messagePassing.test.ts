import { core, graph, models, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { expectGradients, spread } from '../../../support/gradients';
import { expectNoLeak } from '../../../support/numeric';

/** 0 -> 1, 2 -> 1, 1 -> 3; nothing leads to 0, 2 and 4. */
const data: graph.GraphData = { numNodes: 5, edges: [[0, 1], [2, 1], [1, 3]] }; // prettier-ignore
const nodes = tf.tensor2d([[1, 6], [2, 2], [3, 4], [9, 9], [7, 7]]); // prettier-ignore
const run = (network: core.Module, of = data, x: tf.Tensor = nodes): number[][] => {
  const ctx = core.Context.create();
  const out = tf.tidy(() => new graph.OnGraph(of, network).apply(x, ctx).arraySync() as number[][]);
  ctx.dispose();
  return out;
};
const neighbours = (aggregation: graph.Aggregation): core.Module => new graph.NeighbourAggregation({ aggregation });

describe('message passing', () => {
  test.each([
    ['sum', [4, 10]],
    ['mean', [2, 5]],
    ['max', [3, 6]]
  ] as const)('%s by hand: along the direction of edges, and 0 where none leads', (aggregation, at1) => {
    const [none, two] = [[0, 0], [2, 2]]; // prettier-ignore
    expect(run(neighbours(aggregation))).toEqual([none, at1, none, two, none]);
    // No edges at all.
    expect(run(neighbours(aggregation), { numNodes: 5, edges: [] })).toEqual(Array.from({ length: 5 }, () => [0, 0]));
    expect(run(neighbours(aggregation), { numNodes: 1, edges: [[0, 0]] }, tf.tensor2d([[-3, 5]]))).toEqual([[-3, 5]]);
  });

  test.each(['sum', 'mean', 'max'] as const)('the gradient of %s is that of finite differences', (aggregation) => {
    const targets = tf.tensor1d([1, 1, 3, 0], 'int32');
    expectGradients((x) => graph.aggregate(aggregation, x as tf.Tensor2D, targets, 5), [spread([4, 3])]);
    expectNoLeak(() => graph.aggregate(aggregation, nodes.slice([0, 0], [4, 2]), targets, 5).dispose(), 1);
  });

  test('equal greatest messages share the gradient', () => {
    const targets = tf.tensor1d([0, 0, 0], 'int32');
    const gradient = tf.grad((x) => graph.aggregate('max', x as tf.Tensor2D, targets, 1))(tf.tensor2d([[2], [1], [2]]));
    expect([...gradient.dataSync()]).toEqual([0.5, 0, 0.5]);
  });

  test('a layer of your own says its message and its update; the order of edges is no matter', () => {
    class Difference extends graph.MessagePassing {
      readonly kind = 'difference';
      protected override message({ source, target }: graph.EdgeEnds): tf.Tensor2D {
        return source.sub(target);
      }
      protected override update(own: tf.Tensor2D, aggregated: tf.Tensor2D): tf.Tensor {
        return own.add(aggregated);
      }
    }
    // 1: [2, 2] + ([1, 6] - [2, 2]) + ([3, 4] - [2, 2]).
    const wanted = [[1, 6], [2, 8], [3, 4], [2, 2], [7, 7]]; // prettier-ignore
    expect(run(new Difference('sum'))).toEqual(wanted);
    expect(run(new Difference('sum'), { ...data, edges: [...data.edges].reverse() })).toEqual(wanted);
  });

  test('filters work on each node alone', () => {
    const filter = new graph.FeatureFilter({ width: 2, random: core.Random.fromSeed(0) });
    const [all, other] = [run(filter), run(filter, { numNodes: 5, edges: [] })];
    expect(all).toEqual(other);
    filter.dispose();
  });

  test('what is refused', () => {
    const wrong = (edges: [number, number][]) => () => new graph.OnGraph({ numNodes: 2, edges }, neighbours('sum'));
    expect(wrong([[0, 2]])).toThrow('graph.OnGraph: edges must be of nodes 0..1, got 2');
    expect(wrong([[-1, 0]])).toThrow('graph.OnGraph: edges must be of nodes 0..1, got -1');
    expect(() => neighbours('median' as never)).toThrow('graph.MessagePassing: aggregation must be one of sum, mean, max, got median'); // prettier-ignore
    expect(() => neighbours('sum').apply(nodes, core.Context.create())).toThrow('neighbour-aggregation: the pass must have edges (graph.OnGraph), got none'); // prettier-ignore
    expect(() => run(neighbours('sum'), { numNodes: 4, edges: [] })).toThrow('graph.OnGraph: expects');
  });
});

test('a graph within another does not hear the features of the edges of the outer one', () => {
  const outer = graph.fromEdges({ numNodes: 2, edges: [[0, 1]], edgeFeatures: [[7, 7]] });
  const inner = graph.fromEdges({ numNodes: 2, edges: [[1, 0]] });
  const network = models.graphNetwork({ inputWidth: 2, hidden: 2, outputWidth: 2, layers: 1, layer: graph.gine({ edgeWidth: 2 }) }); // prettier-ignore
  const x = tf.ones([2, 2]);
  const ctx = core.Context.create();
  expect(() => new graph.OnGraph(outer, new graph.OnGraph(inner, network)).apply(x, ctx)).toThrow('the pass must have features of edges'); // prettier-ignore
  ctx.dispose();
  [network, x].forEach((each) => each.dispose());
});
