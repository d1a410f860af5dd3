import { core, graph, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { setValue } from '../../../support/networks';
import { expectClose } from '../../../support/numeric';

const random = core.Random.fromSeed(0);
/** 0 -> 2 and 1 -> 2. */
const edges = [[0, 2], [1, 2]] as const; // prettier-ignore
const nodes = tf.tensor2d([[1, 2], [3, 5], [7, -1]]); // prettier-ignore
const eye = (module: core.Module, path: string): void => setValue(module, path, () => tf.eye(2));
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

function run(network: core.Module, data: graph.GraphData, x: tf.Tensor = nodes): Float32Array {
  const ctx = core.Context.create();
  const out = tf.tidy(() => new graph.OnGraph(data, network).apply(x, ctx).dataSync() as Float32Array);
  ctx.dispose();
  return out;
}

describe('relations', () => {
  test('a node hears each neighbour by the features of the edge, by hand', () => {
    const heard = new graph.RelationAggregation({ aggregation: 'sum', width: 2, random });
    ['source.weight', 'gate.weight'].forEach((path) => eye(heard, path));
    // Wide open and shut, but for one feature of the second edge.
    const relations = [[40, 40], [-40, 1]]; // prettier-ignore
    expectClose(run(heard, { numNodes: 3, edges, relations }), [0, 0, 0, 0, 1, 2 + 5 * sigmoid(1)], 1e-6);
    // Edges that change places change what is heard.
    expectClose(run(heard, { numNodes: 3, edges, relations: [relations[1], relations[0]] }), [0, 0, 0, 0, 3, 2 * sigmoid(1) + 5], 1e-6); // prettier-ignore
    expect(() => run(heard, { numNodes: 3, edges })).toThrow('the pass must have features of edges (relations of graph.OnGraph), got none'); // prettier-ignore
  });

  test.each([
    ['difference', [6, 3, 4, 6]],
    ['product', [7, -2, 21, -5]],
    ['filter', [0.1, 0.2, 0.3, 0.4]]
  ] as const)('edges learn by the rule %s, by hand', (rule, read) => {
    /** Gives the edges' features to the rule, and its answer as what the nodes hold. */
    class Asked extends core.Module {
      readonly kind = 'asked';
      readonly rule = this.addChild('rule', new graph.RelationLearning({ rule, width: 2, random }));
      override apply(x: tf.Tensor, ctx: core.Context): tf.Tensor {
        ctx.setState(core.stateKey<tf.Tensor2D>('nodes'), x.clone() as tf.Tensor2D);
        return this.rule.apply(tf.tensor2d([[0.1, 0.2], [0.3, 0.4]]), ctx.within('rule')); // prettier-ignore
      }
    }
    const asked = new Asked();
    setValue(asked, 'rule.map.weight', () => tf.eye(2).mul(0.1));
    expectClose(run(asked, { numNodes: 3, edges }), read.map((each) => Math.tanh(0.1 * each)), 1e-6); // prettier-ignore
  });

  test('nodes in another order give the same in that order', () => {
    const heard = new graph.RelationAggregation({ aggregation: 'mean', width: 2, random });
    const relations = [[0.3, -1], [2, 0.5]]; // prettier-ignore
    const own = run(heard, { numNodes: 3, edges, relations });
    // Node i becomes node order[i].
    const order = [2, 0, 1];
    const moved = tf.gather(nodes, tf.tensor1d([1, 2, 0], 'int32'));
    const other = run(heard, { numNodes: 3, edges: edges.map(([s, t]) => [order[s], order[t]] as const), relations }, moved); // prettier-ignore
    order.forEach((to, i) => expectClose(other.slice(2 * to, 2 * to + 2), own.slice(2 * i, 2 * i + 2), 1e-6));
  });

  test('relations must be as many as edges, of one width', () => {
    const network = new graph.NeighbourAggregation({ aggregation: 'sum' });
    expect(() => new graph.OnGraph({ numNodes: 3, edges, relations: [[1]] }, network)).toThrow('graph.OnGraph: relations must be as many features of each of the 2 edges, got [1]'); // prettier-ignore
    expect(() => new graph.OnGraph({ numNodes: 3, edges, relations: [[1], [1, 2]] }, network)).toThrow('graph.OnGraph: relations must be as many features'); // prettier-ignore
  });
});
