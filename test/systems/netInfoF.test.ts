import { graph } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';

const { generators, probes } = graph;
const N = 120;

/** Graphs in which only the structure, only the features, or neither knows the classes. */
function planted(structure: boolean, features: boolean, seed = 0): graph.Graph {
  const [within, between] = structure ? [0.2, 0.02] : [0.11, 0.11];
  const blocks = generators.stochasticBlockModel({ sizes: [N / 2, N / 2], probabilities: [[within, between], [between, within]], features: { width: 16, signal: features ? 5 : 0 }, seed }); // prettier-ignore
  return blocks;
}

const classes = Array.from({ length: N }, (_, v) => Number(v >= N / 2));
const score = (g: graph.Graph): Record<string, number> =>
  Object.fromEntries(probes.usableInformation(g, { classes }).components.map((each) => [each.component, each.score]));
const accuracy = (predicted: Int32Array): number => predicted.filter((c, v) => v % 2 === 1 && c === classes[v]).length / (N / 2); // prettier-ignore

describe('[netinfof]', () => {
  test.each([0, 1, 2])(
    'the components that know are ranked above those that do not; neither is near chance (seed %d)',
    (seed) => {
      const [structure, features, neither] = [planted(true, false, seed), planted(false, true, seed), planted(false, false, seed)].map(score); // prettier-ignore
      expect(structure.structure).toBeGreaterThan(0.85);
      expect(structure.features).toBeLessThan(0.6);
      expect(features.features).toBeGreaterThan(0.85);
      expect(features.structure).toBeLessThan(0.6);
      Object.values(neither).forEach((each) => expect(each).toBeLessThan(0.58));
      Object.values(neither).forEach((each) => expect(each).toBeGreaterThanOrEqual(0.5));
    }
  );

  test('where both know, propagated features know more than features that are weak alone', () => {
    const g = generators.stochasticBlockModel({ sizes: [N / 2, N / 2], probabilities: [[0.2, 0.02], [0.02, 0.2]], features: { width: 16, signal: 1.5 } }); // prettier-ignore
    const { features, propagated } = score(g);
    expect(propagated).toBeGreaterThan(features + 0.1);
  });

  test('propagated features are those of two steps, and say nothing of the neighbours', () => {
    // Four nodes of a class around each middle, which holds nothing: so do all outer ones after one step, and after two they have their class again.
    const edges = Array.from({ length: 12 }, (_, i) => [1, 2, 3, 4].map((k) => [5 * i, 5 * i + k] as [number, number])).flat(); // prettier-ignore
    const own = Array.from({ length: 60 }, (_, v) => Math.floor(v / 5) % 2);
    const g = graph.fromEdges({ numNodes: 60, edges, undirected: true, nodeFeatures: own.map((c, v) => [v % 5 === 0 ? 0 : 2 * c - 1]) }); // prettier-ignore
    const { components } = probes.usableInformation(g, { classes: own, cells: 3 });
    // All but the middles, of which half are right.
    expect(components.find(({ component }) => component === 'propagated')!.bestOfCells).toBeCloseTo(0.9, 12);
  });

  test('the score never exceeds the best accuracy on the same cells, and both follow from the cells by hand', () => {
    for (let seed = 0; seed < 6; seed++) {
      const g = planted(seed % 2 === 0, seed % 3 === 0, seed);
      for (const { score: found, bestOfCells, cells } of probes.usableInformation(g, { classes, cells: 2 + seed, seed })
        .components) {
        expect(found).toBeLessThanOrEqual(bestOfCells + 1e-12);
        const groups = [...new Set(cells)].map((cell) => classes.filter((_, v) => cells[v] === cell));
        const entropy = groups.reduce((sum, own) => {
          const p = own.filter((c) => c === 1).length / own.length;
          return sum + (own.length / N) * (p === 0 || p === 1 ? 0 : -p * Math.log2(p) - (1 - p) * Math.log2(1 - p));
        }, 0);
        expect(found).toBeCloseTo(2 ** -entropy, 10);
        expect(bestOfCells).toBeCloseTo(groups.reduce((sum, own) => sum + Math.max(...[0, 1].map((c) => own.filter((each) => each === c).length)), 0) / N, 10); // prettier-ignore
      }
    }
  });

  test('the closed form predicts held-out nodes where something knows, from either side, and is at chance where nothing does', () => {
    const of = (structure: boolean, features: boolean): number => accuracy(probes.usableInformation(planted(structure, features), { classes }).predicted); // prettier-ignore
    expect(of(true, false)).toBeGreaterThan(0.9);
    expect(of(false, true)).toBeGreaterThan(0.9);
    expect(of(false, false)).toBeLessThan(0.65);
  });

  test('without features there is the structure alone; what is refused', () => {
    expect(probes.usableInformation(generators.barbell({ clique: 5 }), { classes: [0, 0, 0, 0, 0, 1, 1, 1, 1, 1] }).components.map(({ component, score: found }) => [component, found])).toEqual([['structure', 1]]); // prettier-ignore
    expect(() => probes.usableInformation(generators.ring({ nodes: 4 }), { classes: [0] })).toThrow('graph.probes.usableInformation: there must be a class for each of the 4 nodes, got 1'); // prettier-ignore
  });
});
