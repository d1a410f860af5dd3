import { type core, graph, models, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { spread } from '../support/gradients';
import { passOn, rings } from '../support/graphs';
import { expectClose, expectNoLeak } from '../support/numeric';

/** Colours over all labellings, pooled: the multiset, over tuples, of the colours of a copy's nodes. */
function signatures(graphs: graph.Graph[], labels: number, distance?: number): string[] {
  const copies = graphs.map((g) => graph.labelled(g, { labels, distance }));
  const marked = copies.map(({ graph: g, marks }) => graph.fromEdges({ ...g.directedOptions, nodeFeatures: labels === 0 ? undefined : { values: marks, width: labels } })); // prettier-ignore
  const { colours } = graph.probes.wlColours(marked);
  return colours.map((own, i) => {
    const parts = copies[i].tuples.map((): number[] => []);
    own.forEach((colour, row) => parts[marked[i].graphOf![row]].push(colour));
    return parts.map((part) => part.sort((a, b) => a - b).join()).sort().join(';'); // prettier-ignore
  });
}

const network = (inputWidth: number): core.Module =>
  models.graphNetwork({
    inputWidth,
    hidden: 8,
    outputWidth: 3,
    layers: 3,
    layer: graph.gin(),
    activation: 'silu',
    readout: 'sum',
    seed: 4
  });

describe('[k-l-wl-k-l-gnn] labelled nodes and pooling over labellings', () => {
  test('[k-l-wl-k-l-gnn] copies, tuples and marks by hand; a distance keeps those that are near', () => {
    const g = graph.batch([graph.generators.path({ nodes: 3 }), graph.generators.path({ nodes: 2 })]);
    const one = graph.labelled(g, { labels: 1 });
    expect(one.tuples).toEqual([[0], [1], [2], [3], [4]]);
    expect([...one.graphOf]).toEqual([0, 0, 0, 1, 1]);
    expect([...one.nodes]).toEqual([0, 1, 2, 0, 1, 2, 0, 1, 2, 3, 4, 3, 4]);
    expect([...one.marks]).toEqual([1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 0, 0, 1]);
    expect(one.graph.numEdges).toBe(3 * 4 + 2 * 2);
    const two = graph.labelled(g, { labels: 2 });
    expect([two.tuples.length, two.graph.numNodes]).toEqual([9 + 4, 27 + 8]);
    expect(graph.labelled(g, { labels: 2, distance: 1 }).tuples).toEqual([[0, 0], [0, 1], [1, 1], [1, 0], [1, 2], [2, 2], [2, 1], [3, 3], [3, 4], [4, 4], [4, 3]]); // prettier-ignore
    expect(graph.labelled(g, { labels: 0 }).graph.numNodes).toBe(5);
    expect(() => graph.labelled(g, { labels: -1 })).toThrow('graph.labelled: labels must be an integer of at least 0, got -1'); // prettier-ignore
  });

  test('[k-l-wl-k-l-gnn] one label tells a ring of six from two of three and skip-link graphs apart; two tell Rook from Shrikhande, which one does not', () => {
    const differ = (a: graph.Graph, b: graph.Graph, labels: number): boolean => {
      const [one, other] = signatures([a, b], labels);
      return one !== other;
    };
    const { generators } = graph;
    expect([0, 1].map((labels) => differ(rings([6]), rings([3, 3]), labels))).toEqual([false, true]);
    const skips = [2, 3].map((skip) => generators.circularSkipLink({ nodes: 11, skip }));
    expect([0, 1].map((labels) => differ(skips[0], skips[1], labels))).toEqual([false, true]);
    expect([1, 2].map((labels) => differ(generators.rook(), generators.shrikhande(), labels))).toEqual([false, true]);
    // Tuples of neighbours are enough there: 16 x 7 copies in place of 256.
    const [near, other] = signatures([generators.rook(), generators.shrikhande()], 2, 1);
    expect(near).not.toBe(other);
  });

  test('[k-l-wl-k-l-gnn] a network over labellings tells them apart, without labels it is itself, and the order of nodes does not matter', () => {
    const [six, threes] = [rings([6]), rings([3, 3])];
    const [plain, marked] = [network(2), network(3)];
    const [none, one] = [new graph.OverLabellings({ labels: 0, network: plain }), new graph.OverLabellings({ labels: 1, network: marked })]; // prettier-ignore
    tf.tidy(() => {
      const ones = tf.ones([6, 2]).mul(0.1);
      expectClose(passOn(six, none, ones), passOn(six, plain, ones), 1e-6);
      expectClose(passOn(six, plain, ones), passOn(threes, plain, ones), 1e-6);
      const gap = passOn(six, one, ones)
        .sub(passOn(threes, one, ones))
        .abs()
        .max()
        .dataSync()[0];
      expect(gap).toBeGreaterThan(3e-4);
      const order = [4, 0, 3, 5, 1, 2];
      const g = graph.generators.erdosRenyi({ nodes: 6, probability: 0.5, seed: 2 });
      const moved = graph.fromEdges({ numNodes: 6, edges: Array.from(g.sources, (u, e) => [order[u], order[g.targets[e]]] as const) }); // prettier-ignore
      const x = spread([6, 2]);
      const there = tf.gather(
        x,
        tf.tensor1d(
          [...order.keys()].map((node) => order.indexOf(node)),
          'int32'
        )
      );
      expectClose(passOn(moved, one, there), passOn(g, one, x), 1e-5);
      // By hand: the mean over the six copies.
      const copies = [...order.keys()].map((node) => passOn(g, marked, tf.concat([x, tf.oneHot([node], 6).reshape([6, 1]).toFloat()], 1))); // prettier-ignore
      expectClose(passOn(g, one, x), tf.addN(copies).div(6), 1e-5);
    });
    expectNoLeak(() => tf.tidy(() => void passOn(six, one, tf.ones([6, 2]))));
    [none, one].forEach((each) => each.dispose());
  });
});
