import { core, graph, ops, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { expectParameterGradients, spread } from '../../../support/gradients';
import { passOn } from '../../../support/graphs';
import { setValue } from '../../../support/networks';
import { expectClose, expectNoLeak } from '../../../support/numeric';
import { expectSaves } from '../../../support/saved';

/** Kinds 0, 0, 1, 1, 1; types 0 within a kind, 1 from one to the other; a loop, a parallel edge, and node 4 alone. */
const EDGES = [[0, 1], [0, 1], [1, 1], [2, 3], [0, 2], [3, 1]] as const; // prettier-ignore
const KINDS = [0, 0, 1, 1, 1];
const g = graph.fromEdges({ numNodes: 5, edges: EDGES, edgeTypes: [0, 0, 0, 0, 1, 1], nodeTypes: KINDS });
const make = (random = core.Random.fromSeed(1), options: Partial<graph.HgtOptions> = {}): graph.HGT => new graph.HGT({ inputWidth: 4, outputWidth: 4, relations: 2, nodeKinds: 2, heads: 2, skip: true, random, ...options }); // prettier-ignore
const x = spread([5, 4]);

describe('heterogeneous graph transformer', () => {
  test('with one kind, one type and matrices that change nothing it is the attention of the graph transformer, through gelu and a map', () => {
    const plain = graph.fromEdges({ numNodes: 5, edges: EDGES, edgeTypes: EDGES.map(() => 0) });
    const layer = make(undefined, { relations: 1, nodeKinds: 1, outputWidth: 6 });
    const other = new graph.GraphTransformer({ inputWidth: 4, outputWidth: 6, heads: 2, random: core.Random.fromSeed(2) }); // prettier-ignore
    ['attend', 'message'].forEach((name) => setValue(layer, name, (old) => tf.eye(3).reshape([1, 1, 3, 3]).tile([1, 2, 1, 1]).reshape(old.shape))); // prettier-ignore
    ['query', 'key', 'value'].forEach((name) => ['weight', 'bias'].forEach((part) => setValue(layer, `${name}.${part}`, (old) => other.parameters().get(`${name}.${part}`)!.read().reshape(old.shape)))); // prettier-ignore
    ['weight', 'bias'].forEach((part) => setValue(other, `skip.${part}`, (old) => tf.zerosLike(old)));
    tf.tidy(() => {
      const heard = ops.gelu(passOn(plain, other, x)) as tf.Tensor2D;
      const read = (path: string): tf.Tensor => layer.parameters().get(path)!.read().squeeze([0]);
      expectClose(passOn(plain, layer, x), tf.matMul(heard, read('last.weight') as tf.Tensor2D).add(read('last.bias')), 1e-5); // prettier-ignore
      // A prior of 0 hears all neighbours alike, one that is large the one with the largest score; observers are told.
      const shares = (prior: number): number[] => {
        setValue(layer, 'prior', (old) => tf.fill(old.shape, prior));
        const told: core.RoutingRecord[] = [];
        passOn(plain, layer, x, { observers: [core.observer('routing', (event) => void told.push(event))] });
        return Array.from(told[0].weights!).slice(4, 8);
      };
      expectClose(shares(0), [0.25, 0.25, 0.25, 0.25], 1e-6);
      expect(shares(20)[0]).toBeGreaterThan(0.3);
    });
    [layer, other].forEach((each) => each.dispose());
  });

  test('maps of a kind are for its nodes alone, matrices of a type for its edges alone', () => {
    const layer = make(undefined, { outputWidth: 6 });
    const output = (): number[][] => tf.tidy(() => passOn(g, layer, x).arraySync() as number[][]);
    const before = output();
    /** Nodes whose output another value of one slice changes. */
    const moved = (path: string, slice: number): number[] => {
      const kept = layer.parameters().get(path)!.variable.clone();
      setValue(layer, path, (old) => old.add(tf.oneHot(tf.tensor1d([slice], 'int32'), 2).reshape([2, ...old.shape.slice(1).map(() => 1)]).mul(spread([1, ...old.shape.slice(1)])))); // prettier-ignore
      const after = output();
      setValue(layer, path, () => kept);
      kept.dispose();
      return after.flatMap((row, node) => (row.some((value, d) => Math.abs(value - before[node][d]) > 1e-5) ? [node] : [])); // prettier-ignore
    };
    // Of values: nodes 0 and 1 are heard at 1 and 2, nodes 2 and 3 at 1 and 3.
    expect([moved('value.weight', 0), moved('value.weight', 1)]).toEqual([[1, 2], [1, 3]]); // prettier-ignore
    expect([moved('last.bias', 0), moved('last.bias', 1)]).toEqual([[0, 1], [2, 3, 4]]); // prettier-ignore
    expect([moved('message', 0), moved('message', 1)]).toEqual([[1, 3], [1, 2]]); // prettier-ignore
    // Shares of one edge are 1 whatever its score: node 1 alone hears several.
    expect([moved('attend', 0), moved('attend', 1), moved('prior', 0), moved('prior', 1), moved('query.weight', 0), moved('query.weight', 1)]).toEqual([[1], [1], [1], [1], [1], []]); // prettier-ignore
    layer.dispose();
  });

  test('where as many values come out as come in, what a node held counts by the share of its kind, and widths are not cut', () => {
    const layer = make();
    const wide = make(undefined, { outputWidth: 6 });
    const plain = make(undefined, { skip: false });
    expect([layer, wide, plain].map((each) => each.parameters().has('skip'))).toEqual([true, false, false]);
    expect([...core.axesOf(plain).values()].filter(({ axis }) => axis.pinned?.includes('added'))).toEqual([]);
    tf.tidy(() => {
      const at = (values: number[]): number[][] => {
        setValue(layer, 'skip', () => tf.tensor2d(values, [2, 1]));
        return passOn(g, layer, x).arraySync() as number[][];
      };
      const [own, all, half] = [at([-60, -60]), at([60, 60]), at([Math.log(3), -60])];
      expectClose(own.flat(), x, 1e-6);
      const held = x.arraySync() as number[][];
      const wanted = held.map((row, node) => row.map((value, d) => (KINDS[node] === 0 ? 0.75 * all[node][d] + 0.25 * value : value))); // prettier-ignore
      expectClose(half.flat(), wanted.flat(), 1e-5);
      // Nothing is heard at node 4: it is the bias of its kind.
      expectClose(all[4], [0, 0, 0, 0], 1e-6);
    });
    const reasons = [...core.axesOf(layer).values()].map(({ axis }) => axis.pinned);
    expect(reasons.filter((reason) => reason === 'what came in is added to what comes out')).toHaveLength(2);
    [layer, wide, plain].forEach((each) => each.dispose());
  });

  test('every parameter has the gradient of finite differences, of several kinds and with a skip', () => {
    const layer = make();
    layer.parameters().forEach((_, path) => path.endsWith('bias') && setValue(layer, path, (old) => spread(old.shape).mul(0.3))); // prettier-ignore
    expectParameterGradients(layer, () => tf.tidy(() => passOn(g, layer, x).mul(spread([5, 4])).sum().mul(5))); // prettier-ignore
    layer.dispose();
  });

  test('what is saved computes the same; nothing is left behind; what is refused', () => {
    expectSaves(
      (random) => make(random),
      (layer) => tf.tidy(() => passOn(g, layer, x).dataSync().slice())
    );
    const layer = make();
    expectNoLeak(() => passOn(g, layer, x).dispose());
    const on = (options: Partial<graph.GraphOptions>) => () => passOn(graph.fromEdges({ numNodes: 5, edges: EDGES, edgeTypes: [0, 0, 0, 0, 1, 1], nodeTypes: KINDS, ...options }), layer, x); // prettier-ignore
    const where = 'graph.HGT: ';
    expect(on({ nodeTypes: undefined })).toThrow(`${where}types of nodes must be 0..1, got none`);
    expect(on({ nodeTypes: [0, 0, 1, 2, 0] })).toThrow(`${where}types of nodes must be 0..1, got 2`);
    expect(on({ edgeTypes: undefined })).toThrow(`${where}edges must have types (edgeTypes), got none`);
    expect(on({ edgeTypes: [0, 0, 0, 2, 1, 1] })).toThrow(`${where}types of edges must be 0..1, got 2`);
    expect(() => make(undefined, { relations: 0 })).toThrow(`${where}relations must be an integer of at least 1, got 0`); // prettier-ignore
    expect(() => make(undefined, { nodeKinds: 0 })).toThrow(`${where}nodeKinds must be an integer of at least 1, got 0`); // prettier-ignore
    expect(() => make(undefined, { heads: 3 })).toThrow(`${where}heads must divide the output's width (4), got 3`);
    layer.dispose();
  });
});
