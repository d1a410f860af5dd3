import { core, graph, layers, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { spread } from '../support/gradients';
import { drawnGraph, passOn, path } from '../support/graphs';
import { setValue } from '../support/networks';
import { expectClose, expectNoLeak } from '../support/numeric';
import { minimise } from '../support/regression';

const STEPS = 6;
const [GRAPH, RELATIONS] = [core.stateKey<graph.Graph>('graph'), core.stateKey<tf.Tensor2D>('relations')];
const random = core.Random.fromSeed(1);

function network(options: Partial<graph.PairTransformerOptions> = {}): graph.PairTransformer {
  return new graph.PairTransformer({ inputWidth: 2, pairWidth: STEPS + 1, width: 8, layers: 2, heads: 2, random, ...options }); // prettier-ignore
}

/** Drawn graphs of 8 to 16 nodes as pairs, and the steps from each to each. */
function distances(from: number, count: number) {
  const all = Array.from({ length: count }, (_, i) => graph.generators.erdosRenyi({ nodes: 8 + (i % 5) * 2, probability: 0.3, seed: from + i })); // prettier-ignore
  const g = graph.batch(all);
  const hops = Array.from({ length: g.numNodes }, (_, node) => graph.probes.hopDistances(g, node));
  const pairs = graph.embed.walkPairs(g, { steps: STEPS });
  return { pairs, hops: Float32Array.from(pairs.sources, (source, e) => hops[source][pairs.targets[e]]) };
}

describe('GRIT', () => {
  test('[grit] encodings of pairs are powers of the walk; their first that is not 0 is the distance', () => {
    // A path of three: from the middle a walk goes to either end.
    const pairs = graph.embed.walkPairs(path(3), { steps: 2 });
    const of = (from: number, to: number): number[] => {
      const edge = Array.from(pairs.sources).findIndex((source, e) => source === to && pairs.targets[e] === from);
      return [pairs.weightOf(edge), ...pairs.edgeFeatures!.values.subarray(3 * edge, 3 * edge + 3)];
    };
    expect([of(0, 0), of(0, 1), of(0, 2), of(1, 0)]).toEqual([[0, 1, 0, 0.5], [1, 0, 1, 0], [0, 0, 0, 0.5], [1, 0, 0.5, 0]]); // prettier-ignore
    const { pairs: many, hops } = distances(3, 4);
    hops.forEach((steps, e) => {
      const row = many.edgeFeatures!.values.subarray((STEPS + 1) * e, (STEPS + 1) * (e + 1));
      expect(row.findIndex((value) => value > 0)).toBe(steps > STEPS ? -1 : steps);
    });
    // Of fewer pairs the encodings are the same.
    const few = graph.embed.walkPairs(path(3), { steps: 2, pairs: 'edges' });
    expect(few.numEdges).toBe(7);
    expect([...few.edgeFeatures!.values.subarray(0, 3)]).toEqual([...pairs.edgeFeatures!.values.subarray(0, 3)]);
  });

  test('[grit] one layer by hand: scores of both ends and their pair, values with pairs, the scale by the degree', () => {
    const g = graph.embed.walkPairs(path(3), { steps: STEPS });
    const model = network({ layers: 1, heads: 1, width: 4 });
    setValue(model, '0.byDegree', () => tf.stack([tf.fill([4], 0.7), tf.fill([4], 0.4)]));
    tf.tidy(() => {
      const x = spread([3, 2]);
      const ctx = core.Context.create();
      const features = tf.tensor2d(g.edgeFeatures!.values, [9, STEPS + 1]);
      ctx.setState(GRAPH, g);
      ctx.setState(RELATIONS, features.clone());
      const states = model.states(x, ctx);
      const read = (name: string): tf.Tensor => model.parameters().get(name)!.read();
      const map = (y: tf.Tensor, name: string): tf.Tensor => tf.matMul(y as tf.Tensor2D, read(`${name}.weight`) as tf.Tensor2D); // prettier-ignore
      const [nodes, pairs] = [map(x, 'nodes').add(read('nodes.bias')), map(features, 'pairs').add(read('pairs.bias'))];
      const at = (y: tf.Tensor, ends: Int32Array): tf.Tensor => tf.gather(y, tf.tensor1d(ends, 'int32'));
      const ends = at(map(nodes, '0.key'), g.sources).add(at(map(nodes, '0.query'), g.targets)).mul(map(pairs, '0.scale')); // prettier-ignore
      const moved = ends.div(ends.abs().add(0.01).sqrt()).add(map(pairs, '0.bias')).add(read('0.bias.bias')).relu();
      // Edges are by target: three for each node.
      const shares = tf.softmax(moved.mul(read('0.attend')).sum(1).reshape([3, 3])).reshape([9, 1]);
      const heard = at(map(nodes, '0.value'), g.sources).add(map(moved, '0.pairValue')).mul(shares).reshape([3, 3, 4]).sum(1); // prettier-ignore
      const scale = tf
        .tensor2d([[1], [2], [1]])
        .log1p()
        .mul(0.4)
        .add(0.7);
      const norm = (y: tf.Tensor): tf.Tensor => {
        const { mean, variance } = tf.moments(y, 1, true);
        return y.sub(mean).div(variance.add(1e-5).sqrt());
      };
      const between = norm(nodes.add(map(heard, '0.out').mul(scale)));
      const hidden = layers.activate('gelu', map(between, '0.feedForward.w1').add(read('0.feedForward.w1.bias')), ctx);
      const last = norm(between.add(map(hidden, '0.feedForward.w2')).add(read('0.feedForward.w2.bias')));
      expectClose(states.nodes, last, 1e-4);
      expectClose(states.pairs, norm(pairs.add(map(moved, '0.pairOut'))), 1e-4);
      ctx.dispose();
    });
    model.dispose();
  });

  test('[grit] nodes in another order give the same in that order; every parameter of it has a gradient, and nothing is left behind', () => {
    const g = drawnGraph(9, 0.35, core.Random.fromSeed(5));
    const order = [4, 7, 1, 0, 8, 3, 2, 6, 5];
    const moved = graph.fromEdges({ numNodes: 9, edges: Array.from(g.sources, (source, e) => [order[source], order[g.targets[e]]] as const) }); // prettier-ignore
    const model = network();
    const on = (of: graph.Graph, x: tf.Tensor): tf.Tensor => passOn(graph.embed.walkPairs(of, { steps: STEPS }), model, x); // prettier-ignore
    const x = spread([9, 2]);
    tf.tidy(() => {
      const back = tf.tensor1d(order.map((_, i) => order.indexOf(i)), 'int32'); // prettier-ignore
      expectClose(tf.gather(on(moved, tf.gather(x, back)), tf.tensor1d(order, 'int32')), on(g, x), 1e-5);
    });
    expectNoLeak(() => on(g, x).dispose());
    const pairs = graph.embed.walkPairs(g, { steps: STEPS });
    const { grads, value } = tf.variableGrads(() => passOn(pairs, model, x).mul(spread([9, 8])).sum()); // prettier-ignore
    const still = [...model.parameters()].filter(([, { variable }]) => grads[variable.name] === undefined).map(([name]) => name); // prettier-ignore
    // What pairs become after the last layer nobody reads.
    expect(still).toEqual(['1.pairOut.weight', '1.pairNorm.weight', '1.pairNorm.bias']);
    tf.dispose([grads, value]);
    [x, model].forEach((each) => each.dispose());
    expect(() => network({ heads: 3 })).toThrow('graph.PairTransformer: heads must divide the width (8), got 3');
    expect(() => passOn(path(3), network(), tf.ones([3, 2]))).toThrow('the pass must have features of edges');
  });

  test('[grit] without walks only the degree tells nodes apart, and without it nothing does', () => {
    const star = graph.generators.star({ leaves: 4 });
    const bare = graph.embed.walkPairs(star, { steps: STEPS });
    const same = graph.fromEdges({ ...bare.directedOptions, edgeFeatures: { values: new Float32Array(25 * (STEPS + 1)).fill(1), width: STEPS + 1 } }); // prettier-ignore
    const gap = (degreeScaler: boolean): number => {
      const model = network({ degreeScaler });
      [0, 1].forEach((i) => degreeScaler && setValue(model, `${i}.byDegree`, (old) => old.add(0.5)));
      const [centre, leaf] = tf.tidy(() => passOn(same, model, tf.ones([5, 2])).arraySync() as number[][]);
      model.dispose();
      return Math.max(...centre.map((value, f) => Math.abs(value - leaf[f])));
    };
    expect(gap(false)).toBeLessThan(1e-5);
    expect(gap(true)).toBeGreaterThan(0.01);
  });

  test('[grit] trained on the distances of drawn graphs it is right of others within 0.1; with the first step alone it is not', () => {
    const [seen, unseen] = [distances(1, 12), distances(500, 8)];
    const error = (walks: boolean): number => {
      const model = network({ inputWidth: 1, width: 16, layers: 1 });
      const head = new layers.Linear({ inputWidth: 16, outputWidth: 1, random });
      const miss = ({ pairs, hops }: typeof seen, ctx: core.Context): tf.Scalar => {
        const features = tf.tensor2d(pairs.edgeFeatures!.values, [pairs.numEdges, STEPS + 1]);
        const kept = walks ? features : tf.concat([features.slice([0, 0], [-1, 2]), tf.zeros([pairs.numEdges, STEPS - 1])], 1); // prettier-ignore
        ctx.setState(GRAPH, pairs);
        ctx.setState(RELATIONS, kept as tf.Tensor2D);
        const said = head.apply(model.states(tf.ones([pairs.numNodes, 1]), ctx).pairs, ctx).reshape([-1]);
        const there = tf.tensor1d(hops.map((steps) => Number(steps >= 0)));
        return said.sub(tf.tensor1d(hops)).abs().mul(there).sum().div(there.sum());
      };
      const whole = new layers.Sequential([model, head]);
      minimise(whole, (ctx) => miss(seen, ctx), { steps: 110, learningRate: 0.02 });
      const found = tf.tidy(() => miss(unseen, core.Context.create()).dataSync()[0]);
      whole.dispose();
      return found;
    };
    expect(error(true)).toBeLessThan(0.1);
    expect(error(false)).toBeGreaterThan(0.2);
  });
});
