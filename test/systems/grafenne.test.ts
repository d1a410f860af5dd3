import { core, graph, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { spread } from '../support/gradients';
import { drawnGraph, passOn } from '../support/graphs';
import { expectClose } from '../support/numeric';

const random = core.Random.fromSeed(2);
const g = drawnGraph(7, 0.4, random);

/** Two steps on the allotropic graph: features hear nodes, nodes hear features. What features and nodes begin with is the same of all. */
function network(): core.Module {
  const layers = [0, 1, 2].map((i) => new graph.GINE({ inputWidth: 4, outputWidth: 4, edgeWidth: 1, random: random.child(i) })); // prettier-ignore
  return graph.messagePassing({
    modules: Object.fromEntries(layers.map((each, i) => [`${i}`, each])),
    update: (nodes, _heard, ctx) =>
      layers.reduce<tf.Tensor>((x, each, i) => each.apply(x, ctx.within(`${i}`)).tanh(), nodes)
  });
}

const said = (of: graph.Graph, net: core.Module, rows: (number | null)[][]): number[][] =>
  tf.tidy(() => {
    const allotropic = graph.featureNodes(of, { rows });
    const types = tf.tensor1d([...allotropic.nodeTypes!], 'int32');
    const begin = tf.gather(tf.tensor2d([[1, 0, 0.5, 0], [0, 1, 0, 0.5]]), types); // prettier-ignore
    return (passOn(allotropic, net, begin).slice([0, 0], [of.numNodes, 4]) as tf.Tensor2D).arraySync();
  });

const rowsOf = (width: number): number[][] => tf.tidy(() => (spread([7, width]) as tf.Tensor2D).arraySync());

describe('[grafenne] features as nodes', () => {
  test('[grafenne] the allotropic graph by hand: a value is the weight both ways, a missing one is no edge', () => {
    const small = graph.fromEdges({ numNodes: 2, edges: [[0, 1]] });
    const made = graph.featureNodes(small, { rows: [[0.5, null], [2, -1]] }); // prettier-ignore
    const listed = Array.from(made.sources, (u, e) => `${u}>${made.targets[e]} type ${made.edgeTypes![e]} weight ${made.weightOf(e)}`); // prettier-ignore
    expect(listed.sort()).toEqual(
      ['0>1 type 0 weight 1', '0>2 type 2 weight 0.5', '1>2 type 2 weight 2', '1>3 type 2 weight -1', '2>0 type 1 weight 0.5', '2>1 type 1 weight 2', '3>1 type 1 weight -1'] // prettier-ignore
    );
    expect([...made.nodeTypes!]).toEqual([0, 0, 1, 1]);
    expect([...made.edgeFeatures!.values]).toEqual([...made.weights!]);
    const own = graph.featureNodes(
      graph.fromEdges({
        numNodes: 2,
        edges: [],
        nodeFeatures: [
          [1, 2],
          [3, 4]
        ]
      })
    );
    expect([own.numNodes, own.numEdges]).toEqual([4, 8]);
    expect(() => graph.featureNodes(small)).toThrow('graph.featureNodes: there must be rows, or features of the nodes');
    expect(() => graph.featureNodes(small, { rows: [[1]] })).toThrow('graph.featureNodes: rows must be 2, of one length'); // prettier-ignore
  });

  test('[grafenne] parameters do not depend on the number of features; their order does not matter, nor that of nodes', () => {
    const net = network();
    const rows = rowsOf(5);
    const wanted = said(g, net, rows);
    const order = [3, 0, 4, 1, 2];
    expectClose(said(g, net, rows.map((row) => order.map((f) => row[f]))).flat(), wanted.flat(), 1e-5); // prettier-ignore
    // Twice the features, by the same network.
    expect(said(g, net, rowsOf(10))).toHaveLength(7);
    net.dispose();
  });

  test('[grafenne] a feature that comes later is heard without new parameters, by the nodes that have it and those that share one with them', () => {
    const net = network();
    const apart = graph.fromEdges({ numNodes: 3, edges: [] });
    // Node 2 shares no feature with the others.
    const before = said(apart, net, [[1, null, null], [2, null, null], [null, 3, null]]); // prettier-ignore
    const after = said(apart, net, [[1, null, 0.7], [2, null, null], [null, 3, null]]); // prettier-ignore
    const moved = before.map((row, node) => Math.max(...row.map((value, f) => Math.abs(value - after[node][f]))));
    expect(moved[0]).toBeGreaterThan(1e-4);
    expect(moved[1]).toBeGreaterThan(1e-6);
    expect(moved[2]).toBe(0);
    net.dispose();
  });

  test('[grafenne] a missing value is not a value of 0', () => {
    const net = network();
    const rows = rowsOf(3);
    const without = rows.map((row, node) => row.map((value, f) => (node === 0 && f === 0 ? null : value)));
    const zero = rows.map((row, node) => row.map((value, f) => (node === 0 && f === 0 ? 0 : value)));
    const [a, b] = [said(g, net, without), said(g, net, zero)];
    expect(Math.max(...a[0].map((value, f) => Math.abs(value - b[0][f])))).toBeGreaterThan(1e-3);
    net.dispose();
  });
});
