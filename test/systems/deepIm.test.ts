import { core, graph, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { weighted } from '../support/influence';
import { expectClose, expectNoLeak } from '../support/numeric';
import { minimise } from '../support/regression';

const { independentCascade } = graph.generators;
const random = core.Random.fromSeed(1);

describe('DeepIM', () => {
  test('[deepim] cascades, their forecast and greedy seeds on a path and a star, by hand', () => {
    const line = graph.fromEdges({ numNodes: 3, edges: [[0, 1], [1, 2]], weights: [0.5, 0.4] }); // prettier-ignore
    const found = independentCascade(line, { seeds: [0], runs: 20_000, seed: 1 });
    [1, 0.5, 0.2].forEach((wanted, node) => expect(Math.abs(found[node] - wanted)).toBeLessThan(0.015));
    expect([...independentCascade(line, { seeds: [1, 1], probability: 1 })]).toEqual([0, 1, 1]);
    const model = new graph.InfluenceSearch({ graph: line, latent: 2, hidden: 3, steps: 3, random });
    tf.tidy(() => {
      expectClose(model.reached(tf.tensor2d([[1, 0, 0], [0.5, 0, 1]])), [1, 0.5, 0.2, 0.5, 0.25, 1], 1e-4); // prettier-ignore
      // Two ways to one node: 1 - 0.5 0.6.
      const two = new graph.InfluenceSearch({ graph: graph.fromEdges({ numNodes: 3, edges: [[0, 2], [1, 2]], weights: [0.5, 0.4] }), random }); // prettier-ignore
      expectClose(two.reached(tf.tensor2d([[1, 1, 0]])), [1, 1, 0.7], 1e-4); // prettier-ignore
      two.dispose();
    });
    const star = weighted(graph.generators.star({ leaves: 6 }), 0.5);
    expect(graph.probes.greedySeeds(star, { budget: 1, runs: 200 })).toEqual([0]);
    // The centre costs more than there is.
    expect(graph.probes.greedySeeds(star, { budget: 2, costs: [3, 1, 1, 1, 1, 1, 1] }).length).toBe(2);
    expect(graph.probes.greedySeeds(star, { budget: 2, costs: [3, 1, 1, 1, 1, 1, 1] })).not.toContain(0);
    const x = tf.tensor2d([[1, 0, 0]]);
    const ctx = core.Context.create();
    expectNoLeak(() => model.loss(x, x, ctx).dispose());
    expectNoLeak(() => void model.search({ budget: 1, starts: x, ascents: 2 }));
    ctx.dispose();
    expect(() => independentCascade(graph.generators.ring({ nodes: 3 }), { seeds: [0] })).toThrow('graph.generators.independentCascade: edges must have weights 0..1 where no probability is given, got none'); // prettier-ignore
    expect(() => independentCascade(line, { seeds: [3] })).toThrow('graph.generators.independentCascade: seeds must be an integer 0..2, got 3'); // prettier-ignore
    expect(() => model.search({ budget: 0.5, starts: x })).toThrow('graph.InfluenceSearch.search: budget must be a number of at least 1, got 0.5'); // prettier-ignore
    expect(() => model.search({ budget: 1, costs: [1], starts: x })).toThrow('graph.InfluenceSearch.search: costs must be 3 numbers above 0, got 1'); // prettier-ignore
    expect(() => new graph.InfluenceSearch({ graph: graph.generators.ring({ nodes: 3 }), random })).toThrow('graph.InfluenceSearch: weights of the graph must be above 0 and below 1, got none'); // prettier-ignore
    expect(() => graph.probes.greedySeeds(star, { budget: 1, costs: [1] })).toThrow('graph.probes.greedySeeds: costs must be 7 numbers above 0, got 1'); // prettier-ignore
    x.dispose();
    model.dispose();
  });

  test('[deepim] seeds that a search finds keep within the budget, by number and by cost; training lowers the error of forecasts', () => {
    const g = weighted(graph.generators.stochasticBlockModel({ sizes: [20, 20], probabilities: [[0.2, 0.02], [0.02, 0.2]], seed: 2 }), 0.2); // prettier-ignore
    const sets = Array.from({ length: 12 }, (_, i) => [i, 39 - i, (7 * i) % 40]);
    const rows = sets.map((set) => Array.from({ length: 40 }, (_, node) => Number(set.includes(node))));
    const often = sets.map((set, i) => [...independentCascade(g, { seeds: set, runs: 20, seed: i })]);
    const [seeds, frequencies] = [tf.tensor2d(rows), tf.tensor2d(often)];
    const model = new graph.InfluenceSearch({ graph: g, latent: 4, hidden: 8, steps: 4, random });
    const now = (): number => tf.tidy(() => model.reached(seeds).sub(frequencies).square().mean().dataSync()[0]);
    const before = now();
    minimise(model, (ctx) => model.loss(seeds, frequencies, ctx), { steps: 10, learningRate: 0.01 });
    expect(now()).toBeLessThan(before);
    const starts = seeds.slice([0, 0], [2, -1]);
    const found = model.search({ budget: 3, starts, ascents: 10 });
    expect([found.length, new Set(found).size]).toEqual([3, 3]);
    // By centrality as a cost the budget holds as well, and no other node has room in what is left.
    const costs = graph.degrees(g).map((each) => 1 + each / 10);
    const chosen = model.search({ budget: 6, costs, starts, ascents: 10 });
    const left = 6 - chosen.reduce((sum, node) => sum + costs[node], 0);
    expect(left).toBeGreaterThanOrEqual(0);
    expect(left).toBeLessThan(Math.max(...costs));
    tf.dispose([seeds, frequencies, starts]);
    model.dispose();
  });
});
