import { core, graph, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { expectGradients, spread } from '../support/gradients';
import { dense, drawnGraph } from '../support/graphs';
import { setValue } from '../support/networks';
import { expectClose, expectNoLeak } from '../support/numeric';

const [GRAPH, NODES] = [core.stateKey<graph.Graph>('graph'), core.stateKey<tf.Tensor2D>('nodes')];
const random = core.Random.fromSeed(8);
const g = drawnGraph(12, 0.35, random);
const PAIRS = Array.from({ length: 12 }, (_, a) => Array.from({ length: a }, (_unused, b) => [a, b] as const)).flat();

function scores(module: core.Module, of: graph.Graph, nodes: tf.Tensor2D, pairs: readonly graph.NodePair[]): tf.Tensor {
  const ctx = core.Context.create();
  ctx.setState(GRAPH, of);
  // The pass disposes of what it is left.
  ctx.setState(NODES, nodes.clone());
  const y = tf.tidy(() => module.apply(tf.tensor2d(pairs.map((pair) => [...pair]), [pairs.length, 2], 'int32'), ctx)); // prettier-ignore
  ctx.dispose();
  return y;
}

/** A score of width 1 that is so much a common neighbour, and an offset; of nodes that hold 1. */
function counting(complete: boolean, weight: number, offset: number): graph.CommonNeighbourScore {
  const module = new graph.CommonNeighbourScore({ inputWidth: 1, hidden: 1, complete, random });
  const set = (name: string, value: number, shape: number[] = [1, 1]): void => setValue(module, name, () => tf.fill(shape, value)); // prettier-ignore
  [['ends.weight', 0], ['common.weight', 1], ['last.weight', weight]].forEach(([name, value]) => set(name as string, value as number)); // prettier-ignore
  set('last.bias', offset, [1]);
  return module;
}

describe('neural common neighbours', () => {
  test('[ncn-ncnc] of nodes that hold 1 it counts common neighbours: the square of the adjacency; of others it pools them', () => {
    tf.tidy(() => {
      const A = dense(g);
      const counts = PAIRS.map(([a, b]) => A[a].reduce((sum, value, u) => sum + value * A[u][b], 0));
      const module = counting(false, 1, 0);
      expectClose(scores(module, g, tf.ones([12, 1]), PAIRS), counts, 1e-6);
      const x = spread([12, 3]) as tf.Tensor2D;
      const rows = x.arraySync();
      const wanted = PAIRS.flatMap(([a, b]) => [0, 1, 2].map((f) => A[a].reduce((sum, value, u) => sum + value * A[u][b] * rows[u][f], 0))); // prettier-ignore
      expectClose(graph.neighbourSum(x, graph.commonNeighbours(g, PAIRS)), wanted, 1e-5);
      module.dispose();
    });
    // Parallel edges and loops count for nobody.
    const messy = graph.fromEdges({ numNodes: 4, edges: [[0, 1], [0, 1], [2, 1], [0, 0], [3, 2]], undirected: true }); // prettier-ignore
    expect([...graph.commonNeighbours(messy, [[0, 2], [0, 1], [0, 3]]).sources]).toEqual([1]); // prettier-ignore
  });

  test('[ncn-ncnc] completion adds what leads to one of the two, by the probability that the score gives the link it lacks', () => {
    const A = dense(g);
    const common = (a: number, b: number): number => A[a].reduce((sum, value, u) => sum + Number(u !== a && u !== b) * value * A[u][b], 0); // prettier-ignore
    const chance = (a: number, b: number): number => 1 / (1 + Math.exp(-(0.7 * common(a, b) - 2)));
    const wanted = PAIRS.map(([a, b]) => {
      let sum = 0;
      for (let u = 0; u < 12; u++) {
        if (u !== a && u !== b && A[a][u] + A[b][u] > 0) {
          sum += A[a][u] * A[b][u] === 1 ? 1 : chance(u, A[a][u] === 1 ? b : a);
        }
      }
      return 0.7 * sum - 2;
    });
    const module = counting(true, 0.7, -2);
    tf.tidy(() => expectClose(scores(module, g, tf.ones([12, 1]), PAIRS), wanted, 1e-5));
    module.dispose();
  });

  test('[ncn-ncnc] with 40 % of the edges of blocks hidden completed common neighbours find them better than common neighbours', () => {
    const gains = [1, 2, 3].map((seed) => {
      const sizes = [30, 30, 30];
      const full = graph.generators.stochasticBlockModel({ sizes, probabilities: sizes.map((_, a) => sizes.map((_unused, b) => (a === b ? 0.4 : 0.02))), seed }); // prettier-ignore
      const links = Array.from(full.sources, (u, e) => [u, full.targets[e]] as const).filter(([u, v]) => u < v);
      const mixed = core.Random.fromSeed(seed).shuffle(links);
      const hidden = mixed.slice(0, Math.floor(0.4 * links.length));
      const shown = graph.withoutPairs(full, hidden);
      expect(shown.numEdges).toBe(full.numEdges - 2 * hidden.length);
      const known = new Set(links.map(([u, v]) => 90 * u + v));
      const others = core.Random.fromSeed(seed + 9).shuffle(Array.from({ length: 8100 }, (_, i) => i).filter((i) => Math.floor(i / 90) < i % 90 && !known.has(i))).slice(0, 400).map((i) => [Math.floor(i / 90), i % 90] as const); // prettier-ignore
      const of = (module: core.Module): number =>
        tf.tidy(() => {
          const ones = tf.ones([90, 1]) as tf.Tensor2D;
          const value = graph.metrics.rocAuc(scores(module, shown, ones, hidden).dataSync(), scores(module, shown, ones, others).dataSync()); // prettier-ignore
          module.dispose();
          return value;
        });
      return { ncn: of(counting(false, 1, -3)), ncnc: of(counting(true, 1, -3)) };
    });
    gains.forEach(({ ncn, ncnc }) => {
      expect(ncn).toBeGreaterThan(0.7);
      expect(ncnc).toBeGreaterThan(ncn + 0.02);
    });
  });

  test('[ncn-ncnc] every parameter and what nodes hold have a gradient; links that are to be predicted change what a network sees, and nothing is left behind', () => {
    const module = new graph.CommonNeighbourScore({ inputWidth: 3, hidden: 5, random });
    setValue(module, 'ends.bias', () => tf.fill([5], 0.3));
    const x = spread([12, 3]) as tf.Tensor2D;
    expectGradients((x) => scores(module, g, x as tf.Tensor2D, PAIRS.slice(0, 8)), [x], 1e-2);
    const { grads, value } = tf.variableGrads(() => scores(module, g, x, PAIRS).square().sum());
    expect(Object.keys(grads)).toHaveLength(5);
    tf.dispose([grads, value]);
    expectNoLeak(() => void scores(module, g, x, PAIRS), 1);
    const pair = [g.sources[0], g.targets[0]] as const;
    const [train, test] = [graph.withoutPairs(g, [pair]), g].map((of) => tf.tidy(() => [...graph.neighbourSum(x, of).dataSync()])); // prettier-ignore
    expect(train).not.toEqual(test);
    expect([...graph.commonNeighbours(graph.withoutPairs(g, [pair]), [pair]).sources]).toEqual([...graph.commonNeighbours(g, [pair]).sources]); // prettier-ignore
    x.dispose();
    module.dispose();
  });
});
