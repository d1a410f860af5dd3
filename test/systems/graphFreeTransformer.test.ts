import { core, graph, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { expectGradients, expectParameterGradients, spread } from '../support/gradients';
import { expectClose, expectNoLeak } from '../support/numeric';
import { ATOMS, enter, forceError, moleculesOf, train, turned } from '../support/pairPotential';

const random = core.Random.fromSeed(1);

describe('transformer without graph priors', () => {
  test('[graph-free-molecular-transformer] one block by hand; molecules of a batch do not hear each other, and edges are not read', () => {
    const model = new graph.CoordinateTransformer({ species: 2, width: 4, layers: 1, heads: 2, random });
    const of = (edges: [number, number][]): graph.Graph => graph.fromEdges({ numNodes: 5, edges, nodeTypes: [0, 1, 0, 1, 1], graphOf: [0, 0, 0, 1, 1] }); // prettier-ignore
    const [bare, joined] = [of([]), of([[0, 4], [3, 1]])]; // prettier-ignore
    const x = spread([5, 3]);
    tf.tidy(() => {
      const read = (name: string): tf.Tensor => model.parameters().get(name)!.read();
      const map = (y: tf.Tensor, name: string): tf.Tensor2D => tf.matMul(y as tf.Tensor2D, read(`${name}.weight`) as tf.Tensor2D).add(read(`${name}.bias`)); // prettier-ignore
      const norm = (y: tf.Tensor): tf.Tensor => {
        const { mean, variance } = tf.moments(y, 1, true);
        return y.sub(mean).div(variance.add(1e-5).sqrt());
      };
      const rows = x.slice([0, 0], [3, 3]);
      const nodes = map(rows, 'first').add(tf.gather(read('embedding'), tf.tensor1d([0, 1, 0], 'int32')));
      const [q, k, v] = ['query', 'key', 'value'].map((name) => map(norm(nodes), `0.${name}`));
      const heads = [0, 1].map((head) => {
        const part = (y: tf.Tensor): tf.Tensor2D => y.slice([0, 2 * head], [-1, 2]) as tf.Tensor2D;
        return tf.matMul(tf.softmax(tf.matMul(part(q), part(k), false, true).div(Math.SQRT2)), part(v));
      });
      const between = nodes.add(map(tf.concat(heads, 1), '0.out'));
      const inner = map(norm(between), '0.feedForward.w1');
      const gelu = inner.mul(inner.div(Math.SQRT2).erf().add(1)).div(2);
      const wanted = map(norm(between.add(map(gelu, '0.feedForward.w2'))), 'out');
      const found = enter(bare, (ctx) => model.apply(x, ctx));
      expectClose(found.slice([0, 0], [3, 4]), wanted, 1e-4);
      expectClose(enter(joined, (ctx) => model.apply(x, ctx)), found, 1e-6); // prettier-ignore
      // Nothing of another molecule is heard.
      const moved = x.add(tf.tensor2d([0, 0, 0, 1, 1], [5, 1]));
      expectClose(enter(bare, (ctx) => model.apply(moved, ctx)).slice([0, 0], [3, 4]), wanted, 1e-4);
    });
    expectGradients((rows) => enter(bare, (ctx) => model.apply(rows, ctx)), [x], 1e-2);
    expectNoLeak(() => enter(bare, (ctx) => model.apply(x, ctx)).dispose());
    expect(() => enter(graph.fromEdges({ numNodes: 1, edges: [], nodeTypes: [2] }), (ctx) => model.apply(tf.ones([1, 3]), ctx))).toThrow('graph.CoordinateTransformer: types of nodes must be 0..1, got 2'); // prettier-ignore
    expect(() => new graph.CoordinateTransformer({ width: 4, heads: 3, random })).toThrow('graph.CoordinateTransformer: heads must divide the width (4), got 3'); // prettier-ignore
    [x, model].forEach((each) => each.dispose());
  });

  test('[graph-free-molecular-transformer] attention by distance, by hand', () => {
    // Points at 0, 1 and 3 of a line; of the pairs with themselves nothing counts.
    const pairs = graph.fromEdges({ numNodes: 3, edges: [[0, 0], [0, 1], [1, 0], [0, 2], [2, 0], [1, 2], [2, 1]] }); // prettier-ignore
    const share = (source: number, target: number): number => (source === target ? 9 : [0.8, 0.6, 0.4, 0.2][Math.abs([0, 1, 3][source] - [0, 1, 3][target])]); // prettier-ignore
    const shares = Array.from(pairs.sources, (source, e) => share(source, pairs.targets[e]));
    const { bins, correlation } = graph.probes.attentionByDistance(pairs, shares, [[0], [1], [3]], { bins: 2 });
    expect(bins.map((bin) => bin.pairs)).toEqual([2, 4]);
    expectClose(bins.flatMap((bin) => [bin.distance, bin.share]), [1.5, 0.6, 2.5, 0.3], 1e-6); // prettier-ignore
    expect(correlation).toBeCloseTo(-1, 6);
    expect(() => graph.probes.attentionByDistance(pairs, [1], [[0], [1], [3]])).toThrow('graph.probes.attentionByDistance: needs a share of each edge (7) and a position of each node (3)'); // prettier-ignore
  });

  test('[graph-free-molecular-transformer] every parameter is learnt, of energies and of forces; nothing holds forces to turn with their molecule', () => {
    const seen = moleculesOf(3, 1);
    const model = new graph.CoordinateTransformer({ width: 3, layers: 1, random });
    const x = tf.tensor2d(seen.points);
    // A shift of all keys is the same for all that attend.
    expectParameterGradients(model, () => tf.tidy(() => enter(seen.g, (ctx) => model.apply(x, ctx)).mul(spread([3 * ATOMS, 4])).sum()), { still: ['0.key.bias'] }); // prettier-ignore
    x.dispose();
    // By the size of what forces would be.
    expect(Math.abs(forceError(model, turned(seen)) - forceError(model, seen))).toBeGreaterThan(1e-3);
    const before = forceError(model, seen);
    train(model, [seen], { steps: 10 });
    expect(forceError(model, seen)).toBeLessThan(before);
    model.dispose();
  });
});
