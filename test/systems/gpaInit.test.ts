import { core, graph } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { path } from '../support/graphs';

const [BLOCKS, SIZE] = [20, 50];

/** A thousand nodes in blocks, four of which lie near each other; a fifth of the edges is hidden, and there are as many drawn pairs. */
function hiddenLinks(seed: number) {
  const near = (a: number, b: number): number => (Math.floor(a / 4) === Math.floor(b / 4) ? 0.006 : 0.001);
  const all = Array.from({ length: BLOCKS }, (_, i) => i);
  const full = graph.generators.stochasticBlockModel({ sizes: all.map(() => SIZE), probabilities: all.map((a) => all.map((b) => (a === b ? 0.2 : near(a, b)))), seed }); // prettier-ignore
  const links = Array.from(full.sources, (u, e) => [u, full.targets[e]] as const).filter(([u, v]) => u < v);
  const hidden = core.Random.fromSeed(seed)
    .shuffle(links)
    .slice(0, Math.floor(0.2 * links.length));
  const next = core.Random.fromSeed(seed).child('others').generator();
  const others = hidden.map(() => [Math.floor(next() * 1000), Math.floor(next() * 1000)] as const);
  const auc = ({ values, width }: { values: Float32Array; width: number }): number => {
    const score = ([a, b]: readonly [number, number]): number => {
      let sum = 0;
      for (let f = 0; f < width; f++) {
        sum += values[a * width + f] * values[b * width + f];
      }
      return sum;
    };
    return graph.metrics.rocAuc(hidden.map(score), others.map(score));
  };
  return { g: graph.withoutPairs(full, hidden), auc };
}

describe('initialisation by a partition', () => {
  test('[gpa-init-for-embeddings] parts are balanced, and cut far fewer edges than drawn ones; a path is cut once', () => {
    const { g } = hiddenLinks(3);
    const part = graph.partition(g, { parts: 20, seed: 1 });
    const sizes = Array.from({ length: 20 }, (_, each) => part.filter((of) => of === each).length);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(55);
    expect(Math.min(...sizes)).toBeGreaterThan(0);
    expect(graph.probes.cutShare(g, part)).toBeLessThan(0.6 * graph.probes.cutShare(g, core.Random.fromSeed(1).shuffle([...part])));
    const unmoved = graph.partition(g, { parts: 20, rounds: 0, seed: 1 });
    expect(graph.probes.cutShare(g, part)).toBeLessThan(0.95 * graph.probes.cutShare(g, unmoved));
    const two = graph.partition(path(12), { parts: 2, imbalance: 0 });
    expect(graph.probes.cutShare(path(12), two)).toBeCloseTo(1 / 11, 12);
    expect(two.filter((of) => of === 0)).toHaveLength(6);
    expect([...graph.partition(graph.fromEdges({ numNodes: 3, edges: [] }), { parts: 3 })].sort()).toEqual([0, 1, 2]);
    expect(() => graph.partition(path(3), { parts: 4 })).toThrow('graph.partition: parts must be an integer 1..3, got 4');
  }); // prettier-ignore

  test('[gpa-init-for-embeddings] nodes begin with their part on the abstract graph, spread along edges', () => {
    const cliques = graph.generators.ringOfCliques({ cliques: 4, size: 6 });
    const { values, width } = graph.embed.partitionInit(cliques, { dim: 2, parts: 4, steps: 0, seed: 1 });
    const part = graph.partition(cliques, { parts: 4, seed: 1 });
    const row = (node: number): number[] => [...values.subarray(2 * node, 2 * node + 2)];
    cliques.sources.forEach((source, e) => {
      if (part[source] === part[cliques.targets[e]]) {
        expect(row(source)).toEqual(row(cliques.targets[e]));
      }
    });
    expect(Math.hypot(...row(0))).toBeCloseTo(1, 5);
    expect(width).toBe(2);
    // One step: the mean of what a node holds and of its neighbours' mean.
    const spread = graph.embed.partitionInit(cliques, { dim: 2, parts: 4, steps: 1, seed: 1 }).values;
    const { starts, neighbours } = cliques.incoming;
    const around = [...neighbours.subarray(starts[5], starts[6])];
    [0, 1].forEach((f) => expect(spread[10 + f]).toBeCloseTo((row(5)[f] + around.reduce((sum, node) => sum + row(node)[f], 0) / around.length) / 2, 5)); // prettier-ignore
  });

  test.each([1, 2])(
    '[gpa-init-for-embeddings] skip-gram that begins with it finds hidden links in a fifth fewer epochs than from chance (seed %i)',
    (seed) => {
      const { g, auc } = hiddenLinks(seed);
      const options = { dim: 16, epochs: 16, learningRate: 0.1, length: 5, window: 2, negatives: 2, seed };
      const epochsTo = (initial?: { values: Float32Array; width: number }): number => {
        const reached: number[] = [];
        graph.embed.skipGram(g, { ...options, initial, watch: (embedding) => reached.push(auc(embedding)) });
        return 1 + reached.findIndex((area) => area > 0.85);
      };
      const drawn = epochsTo();
      expect(drawn).toBeGreaterThan(0);
      expect(epochsTo(graph.embed.partitionInit(g, { dim: 16, seed }))).toBeLessThanOrEqual(0.8 * drawn);
    }
  );

  test('[gpa-init-for-embeddings] the same seed gives the same embedding, and what is refused', () => {
    const g = path(6);
    const options = { dim: 3, epochs: 2, seed: 4 };
    expect(graph.embed.skipGram(g, options)).toEqual(graph.embed.skipGram(g, options));
    const initial = { values: new Float32Array(18).fill(0.1), width: 3 };
    expect(graph.embed.skipGram(g, { ...options, epochs: 0, initial }).values).toEqual(initial.values);
    expect(() => graph.embed.skipGram(g, { dim: 4, initial })).toThrow('graph.embed.skipGram: initial must be [6, 4], got [6,3]'); // prettier-ignore
    expect(() => graph.embed.partitionInit(g, { dim: 2, parts: 9 })).toThrow('graph.embed.partitionInit: parts must be an integer 1..6, got 9'); // prettier-ignore
  });
});
