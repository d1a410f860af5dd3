import { core, graph, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { expectGradients, spread } from '../support/gradients';
import { drawnGraph, passOn, path } from '../support/graphs';
import { setValue } from '../support/networks';
import { expectClose, expectNoLeak } from '../support/numeric';

const network = (width: number, options: Partial<graph.GraphParsingOptions> = {}): graph.GraphParsing =>
  new graph.GraphParsing({ width, layer: graph.gcn(), random: core.Random.fromSeed(2), ...options });

/** Levels of a network on a graph. */
function levelsOf(model: graph.GraphParsing, g: graph.Graph, x: tf.Tensor): graph.ParsedLevel[] {
  const ctx = core.Context.create();
  ctx.setState(core.stateKey<graph.Graph>('graph'), g);
  const levels = model.parse(x, ctx);
  ctx.dispose();
  return levels;
}

describe('graph parsing network', () => {
  test('[gpn] each node follows its best edge, and what that joins is a cluster; by hand', () => {
    // Edges by target: 1>0, 0>1, 2>1, 1>2, 3>2, 2>3; the middle one is nobody's best.
    const g = path(4);
    const scores = Array.from(g.sources, (source, e) => [0.9, 0.1, 0.7][Math.min(source, g.targets[e])]);
    const { clusters, numClusters, followed } = graph.parsed(g, scores);
    expect([...clusters]).toEqual([0, 0, 1, 1]);
    expect(numClusters).toBe(2);
    expect(Array.from(followed, (e) => g.sources[e])).toEqual([1, 0, 3, 2]);
    expect([...graph.parsed(g, [1, 1, 2, 1, 1, 1]).clusters]).toEqual([0, 0, 0, 0]);
    // A node that nothing enters, a loop, and a tie.
    const odd = graph.fromEdges({ numNodes: 4, edges: [[0, 0], [2, 1], [3, 1]] }); // prettier-ignore
    expect([...graph.parsed(odd, [5, 1, 1]).clusters]).toEqual([0, 1, 1, 2]);
    const looped = graph.fromEdges({ numNodes: 2, edges: [[1, 1], [0, 1]] }); // prettier-ignore
    expect([
      ...graph.parsed(
        looped,
        Array.from(looped.sources, (source) => source)
      ).clusters
    ]).toEqual([0, 0]);
    expect(() => graph.parsed(g, [1])).toThrow('graph.parsed: there must be a score for each of the 6 edges, got 1');
  });

  test('[gpn] edges between clusters are those of the assignment, S^T A S without its diagonal', () => {
    const drawn = drawnGraph(12, 0.3, core.Random.fromSeed(4)).directedOptions;
    const g = graph.fromEdges({ ...drawn, weights: Array.from(drawn.edges.sources, (_, e) => e + 1) });
    const clusters = [0, 0, 1, 1, 2, 2, 0, 3, 3, 1, 2, 3];
    const pooled = graph.contracted(g, clusters);
    const wanted = new Map<string, number>();
    g.sources.forEach((source, e) => {
      const [a, b] = [clusters[source], clusters[g.targets[e]]];
      if (a !== b) {
        wanted.set(`${a} ${b}`, (wanted.get(`${a} ${b}`) ?? 0) + g.weightOf(e));
      }
    });
    const found = Array.from(pooled.sources, (source, e) => [`${source} ${pooled.targets[e]}`, pooled.weightOf(e)] as const); // prettier-ignore
    expect(found.sort()).toEqual([...wanted].sort());
    const two = graph.batch([path(2), path(2)]);
    expect([...graph.contracted(two, [0, 0, 1, 1]).graphOf!]).toEqual([0, 1]);
    expect(() => graph.contracted(two, [0, 1, 1, 2])).toThrow(
      'graph.contracted: a cluster must be of one graph, got 1'
    );
    expect(() => graph.contracted(two, [0])).toThrow('graph.contracted: there must be a cluster for each of the 4 nodes, got 1'); // prettier-ignore
  });

  test('[gpn] a level by hand: parts times the score by which they came; scores and layer have gradients, and the order of nodes does not count', () => {
    const model = network(2);
    const g = drawnGraph(9, 0.3, core.Random.fromSeed(1));
    const x = spread([9, 2]);
    tf.tidy(() => {
      const [first, second] = levelsOf(model, g, x);
      const rows = first.nodes.arraySync();
      const w = [...model.parameters().get('score.weight')!.variable.dataSync()];
      const score = (i: number, j: number): number => 1 / (1 + Math.exp(-w.reduce((sum, each, f) => sum + each * rows[i][f] * rows[j][f], 0))); // prettier-ignore
      const near = rows.map((_, i) => Array.from(g.sources.keys()).filter((e) => g.targets[e] === i).map((e) => g.sources[e])); // prettier-ignore
      const sums = Array.from({ length: second.graph.numNodes }, () => [0, 0]);
      rows.forEach((row, i) => {
        const gate = near[i].length === 0 ? 1 : Math.max(...near[i].map((j) => score(i, j)));
        row.forEach((value, f) => (sums[first.clusters![i]][f] += gate * value));
      });
      const held = new graph.OnGraph(second.graph, (model as unknown as { layer: core.Module }).layer).apply(tf.tensor2d(sums), core.Context.create()); // prettier-ignore
      expectClose(second.nodes, held, 1e-5);
      const order = [3, 0, 8, 1, 7, 2, 6, 5, 4];
      const moved = graph.fromEdges({ numNodes: 9, edges: Array.from(g.sources, (source, e) => [order[source], order[g.targets[e]]] as const) }); // prettier-ignore
      const back = tf.tensor1d(order.map((_, i) => order.indexOf(i)), 'int32'); // prettier-ignore
      expectClose(passOn(moved, model, tf.gather(x, back)), passOn(g, model, x), 1e-5);
    });
    expectGradients((rows) => passOn(g, model, rows), [x], 1e-2);
    const { value, grads } = tf.variableGrads(() => passOn(g, model, x).sum());
    [...model.parameters()].forEach(([name, { variable }]) => expect([name, tf.tidy(() => grads[variable.name].abs().max().dataSync()[0] > 1e-6)]).toEqual([name, true])); // prettier-ignore
    tf.dispose([value, grads]);
    expectNoLeak(() => passOn(g, model, x).dispose());
    [x, model].forEach((each) => each.dispose());
  });

  test('[gpn] how many levels there are, and what becomes of each, is a graph of its own: a clique is one node at once, a path is not; none keeps more than nodes and edges', () => {
    const model = network(1);
    setValue(model, 'score.weight', () => tf.tensor2d([[2]]));
    tf.tidy(() => {
      const x = tf.add(1.5, spread([64, 1]));
      const levels = (g: graph.Graph): graph.ParsedLevel[] => levelsOf(model, g, x);
      const [clique, line] = [levels(graph.generators.complete({ nodes: 64 })), levels(path(64))];
      // In a clique all that hold the same follow one; in a path each goes up its own hill.
      expect(clique.map(({ graph: g }) => g.numNodes)).toEqual([64, 1]);
      expect(line.length).toBeGreaterThan(2);
      line.forEach(({ graph: g, clusters, nodes }, i) => {
        expect(nodes.shape[0]).toBe(g.numNodes);
        expect(g.numEdges).toBe(2 * (g.numNodes - 1));
        const next = line[i + 1]?.graph.numNodes ?? 0;
        // Each node is in exactly one cluster, and none is empty.
        expect(new Set(clusters ?? []).size).toBe(next);
        expect(clusters?.length ?? g.numNodes).toBe(g.numNodes);
        // A cluster has two nodes at least.
        expect(next).toBeLessThanOrEqual(g.numNodes / 2);
      });
      expect(line.at(-1)!.graph.numNodes).toBe(1);
      expect(levelsOf(network(1, { levels: 2 }), path(64), x)).toHaveLength(2);
    });
    expect(() => network(1, { levels: 0 })).toThrow('graph.GraphParsing: levels must be an integer of at least 1, got 0'); // prettier-ignore
  });

  test('[gpn] clusters keep what all nodes hold: waves on a grid come back from the mean of each with a third of the error of the same number of nodes that are kept whole', () => {
    const side = 12;
    const g = graph.generators.grid({ rows: side, columns: side });
    const wave = (node: number): number => Math.sin(node / side / 2) + Math.cos((node % side) / 2.5);
    const held = Array.from({ length: side * side }, (_, node) => wave(node));
    const scores = Array.from(g.sources, (source, e) => -Math.abs(held[source] - held[g.targets[e]]));
    const { clusters, numClusters } = graph.parsed(g, scores);
    const mean = (of: readonly number[]): number => of.reduce((sum, value) => sum + value, 0) / of.length;
    const within = Array.from({ length: numClusters }, (_, cluster) => mean(held.filter((_, node) => clusters[node] === cluster))); // prettier-ignore
    // Top-k keeps the largest; what is dropped comes back as the mean of those that are kept beside it, or of all that are kept.
    const kept = held.map((value, node) => ({ value, node })).sort((a, b) => b.value - a.value).slice(0, numClusters).map(({ node }) => node); // prettier-ignore
    const filled = held.map((value, node) => {
      const near = Array.from(g.sources).filter((source, e) => g.targets[e] === node && kept.includes(source));
      return kept.includes(node) ? value : mean((near.length > 0 ? near : kept).map((other) => held[other]));
    });
    const error = (of: (node: number) => number): number => mean(held.map((value, node) => (of(node) - value) ** 2));
    const [parsedError, topK] = [error((node) => within[clusters[node]]), error((node) => filled[node])];
    expect(parsedError).toBeLessThan(topK / 3);
    // What is joined by chance is not alike.
    const next = core.Random.fromSeed(1).generator();
    const chance = graph.parsed(g, scores.map(() => next())); // prettier-ignore
    const others = Array.from({ length: chance.numClusters }, (_, cluster) => mean(held.filter((_, node) => chance.clusters[node] === cluster))); // prettier-ignore
    expect(parsedError).toBeLessThan(error((node) => others[chance.clusters[node]]) / 2);
  });
});
