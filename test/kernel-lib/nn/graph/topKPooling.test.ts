import { core, graph, layers, tf } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';
import { expectGradients, expectParameterGradients, spread } from '../../../support/gradients';
import { passOn, withGraph } from '../../../support/graphs';
import { setValue } from '../../../support/networks';
import { expectClose, expectNoLeak } from '../../../support/numeric';
import { expectSaves } from '../../../support/saved';

const random = core.Random.fromSeed(5);
const make = (options: Partial<graph.TopKPoolingOptions> = {}): graph.TopKPooling => new graph.TopKPooling({ width: 2, random, ...options }); // prettier-ignore
/** Of the vector (3, 4): scores are 0.6 and 0.8 times the values. */
function along(options: Partial<graph.TopKPoolingOptions> = {}): graph.TopKPooling {
  const pooling = make(options);
  setValue(pooling, 'vector', () => tf.tensor1d([3, 4]));
  return pooling;
}

test('fault of pyg#9862: the nodes of the greatest scores stay, by hand, each times the tanh of its score, with the edges among them', () => {
  const g = graph.fromEdges({ numNodes: 5, edges: [[0, 2], [2, 3], [3, 4], [4, 2], [1, 4]], weights: [1, 2, 3, 4, 5], edgeTypes: [0, 1, 2, 3, 4], nodeTypes: [5, 6, 7, 8, 9] }); // prettier-ignore
  // Scores 0.6, -2, 1.4, 0, 1.4.
  const x = tf.tensor2d([[1, 0], [-2, -1], [1, 1], [4, -3], [-1, 2.5]]); // prettier-ignore
  const pooling = along({ ratio: 0.6 });
  withGraph(g, (ctx) =>
    tf.tidy(() => {
      const { graph: small, nodes, kept } = pooling.pool(x, ctx);
      expect([...kept]).toEqual([0, 2, 4]);
      const [low, high] = [Math.tanh(0.6), Math.tanh(1.4)];
      expectClose(nodes, [low, 0, high, high, -high, 2.5 * high], 1e-6);
      expect(Array.from(small.sources, (u, e) => [u, small.targets[e], small.weightOf(e), small.edgeTypes![e]])).toEqual([[0, 1, 1, 0], [2, 1, 4, 3]]); // prettier-ignore
      expect([...small.nodeTypes!]).toEqual([5, 7, 9]);
    })
  );
  [x, pooling].forEach((each) => each.dispose());
});

test('of a batch each graph keeps its share, rounded up; an empty graph and one node; equal scores go by number', () => {
  const parts = [3, 0, 1, 4].map((numNodes) => graph.fromEdges({ numNodes, edges: numNodes > 1 ? [[0, 1]] : [] }));
  const g = graph.batch(parts);
  const x = tf.tensor2d([[1, 0], [9, 0], [3, 0], [-7, 0], [1, 0], [1, 0], [1, 0], [1, 0]]); // prettier-ignore
  const pooling = along({ ratio: 0.5 });
  withGraph(g, (ctx) =>
    tf.tidy(() => {
      const { graph: small, kept } = pooling.pool(x, ctx);
      expect([...kept]).toEqual([1, 2, 3, 4, 5]);
      expect([small.numGraphs, ...small.graphOf!]).toEqual([4, 0, 0, 2, 3, 3]);
      expect(small.numEdges).toBe(1);
    })
  );
  [x, pooling].forEach((each) => each.dispose());
});

test('layers behind it hear the smaller graph, and its features of edges', () => {
  const g = graph.fromEdges({ numNodes: 3, edges: [[0, 2], [1, 2], [1, 0]], edgeFeatures: [[1], [2], [3]] }); // prettier-ignore
  const sum = new graph.NeighbourAggregation({ aggregation: 'sum' });
  const both = new layers.Sequential([along({ ratio: 0.5 }), sum]);
  const x = tf.tensor2d([[1, 0], [-5, 0], [2, 0]]); // prettier-ignore
  // 0 and 2 are left: 2 hears 0 and nothing of 1.
  expectClose(passOn(g, both, x), [0, 0, Math.tanh(0.6), 0], 1e-6);
  const gine = graph.gine({ edgeWidth: 1 }).build({ inputWidth: 2, outputWidth: 2, random });
  const heard = new layers.Sequential([along({ ratio: 0.5 }), gine]);
  expect(passOn(g, heard, x).shape).toEqual([2, 2]);
  [x, both, heard].forEach((each) => each.dispose());
});

test('gradients are those of finite differences, in training too; a vector of 0 is none of NaN', () => {
  const g = graph.generators.ring({ nodes: 6 });
  const pooling = make();
  const x = spread([6, 2]);
  tf.tidy(() => expectGradients((of) => passOn(g, pooling, of), [x]));
  expectParameterGradients(pooling, () => tf.tidy(() => passOn(g, pooling, x).square().sum() as tf.Scalar));
  setValue(pooling, 'vector', () => tf.zeros([2]));
  tf.tidy(() => {
    const { value, grads } = tf.variableGrads(() => passOn(g, pooling, x).square().sum() as tf.Scalar);
    [value, ...Object.values(grads)].forEach((each) => expect(each.abs().sum().dataSync()[0]).toBe(0));
  });
  [x, pooling].forEach((each) => each.dispose());
});

test('is saved, leaves nothing behind, and says what it refuses', () => {
  const g = graph.generators.ring({ nodes: 4 });
  const x = spread([4, 2]);
  expectSaves((of) => make({ random: of }), (pooling) => tf.tidy(() => passOn(g, pooling, x).dataSync<'float32'>().slice() as never)); // prettier-ignore
  const pooling = make();
  expectNoLeak(() => passOn(g, pooling, x).dispose());
  expect(() => make({ ratio: 0 })).toThrow('graph.TopKPooling: ratio must be a number');
  expect(() => make({ ratio: 1.5 })).toThrow('graph.TopKPooling: ratio must be a number');
  expect(() => passOn(g, pooling, tf.ones([4, 3]))).toThrow('network: expects shape [4, 2], got [4, 3]');
  expect(() => pooling.apply(x, core.Context.create())).toThrow('top-k-pooling: the pass must have edges (graph.OnGraph), got none'); // prettier-ignore
  [x, pooling].forEach((each) => each.dispose());
});
