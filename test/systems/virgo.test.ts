import { core, graph, layers, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';

const WIDTH = 48;
const DEPTH = 8;

/** Nodes that come one after the other and lead to two that are there, by their degree. */
function preferential(numNodes: number): graph.Graph {
  const next = core.Random.fromSeed(3).generator();
  const ends = [0, 1];
  const edges: [number, number][] = [[0, 1]];
  for (let node = 2; node < numNodes; node++) {
    const chosen = new Set([0, 1].map(() => ends[Math.floor(next() * ends.length)]));
    chosen.forEach((other) => edges.push([node, other]));
    chosen.forEach((other) => ends.push(node, other));
  }
  return graph.fromEdges({ numNodes, edges, undirected: true });
}

const GRAPHS: [string, graph.Graph][] = [
  ['blocks', graph.generators.stochasticBlockModel({ sizes: [40, 40, 40], probabilities: [[0.2, 0.02, 0.02], [0.02, 0.2, 0.02], [0.02, 0.02, 0.2]], seed: 1 })], // prettier-ignore
  ['a power law', preferential(120)]
];

type Variances = number[] | null;

/** Mean squares of what nodes hold before each layer's ReLU (forward), or of its gradients (backward), over seeds. */
function sizes(g: graph.Graph, variances: Variances, mode: 'forward' | 'backward'): number[] {
  const total = new Array<number>(DEPTH).fill(0);
  for (let seed = 0; seed < 6; seed++) {
    const random = core.Random.fromSeed(seed);
    const net = Array.from(
      { length: DEPTH },
      (_, i) =>
      graph.gcn({ bias: false, initializer: variances === null ? undefined : layers.normal(Math.sqrt(variances[i])) }).build({ inputWidth: WIDTH, outputWidth: WIDTH, random: random.child(i) }) // prettier-ignore
    );
    const ctx = core.Context.create();
    const through = (x: tf.Tensor, from: number): tf.Tensor[] => {
      const held: tf.Tensor[] = [];
      let nodes = x;
      net.slice(from).forEach((layer) => {
        held.push(new graph.OnGraph(g, layer).apply(nodes, ctx));
        nodes = held[held.length - 1].relu();
      });
      return held;
    };
    tf.tidy(() => {
      const x = random.child('x').uniform([g.numNodes, WIDTH], 0, 2);
      const held = through(x, 0);
      held.forEach((each, i) => {
        const last = mode === 'forward' || i === DEPTH - 1 ? each : tf.grad((y: tf.Tensor) => tf.logSoftmax(through(y.relu(), i + 1).at(-1)!).slice([0, 0], [-1, 1]).sum())(each); // prettier-ignore
        total[i] += last.square().mean().dataSync()[0] / 6;
      });
    });
    ctx.dispose();
    net.forEach((each) => each.dispose());
  }
  return total;
}

describe('[virgo] variances that a graph asks for', () => {
  test('[virgo] by hand: a star of two leaves', () => {
    const g = graph.generators.star({ leaves: 2 });
    // Degrees with loops 3, 2, 2: A 1 = [1/3 + 2 / sqrt(6), 1/2 + 1 / sqrt(6), same].
    const step = ([a, b, c]: number[]): number[] => [a / 3 + (b + c) / Math.sqrt(6), a / Math.sqrt(6) + b / 2, a / Math.sqrt(6) + c / 2]; // prettier-ignore
    const squares = (x: number[]): number => x.reduce((sum, value) => sum + value * value, 0);
    const [one, two] = [step([1, 1, 1]), step(step([1, 1, 1]))];
    const forward = graph.virgoVariances(g, { widths: [5, 4, 3] });
    expect(forward[0]).toBeCloseTo(2 / 5, 10);
    expect(forward[1]).toBeCloseTo((2 / 4) * (squares(one) / squares(two)), 6);
    const backward = graph.virgoVariances(g, { widths: [5, 4, 3], mode: 'backward' });
    expect(backward[1]).toBeCloseTo(3 / (2 * squares(one)), 6);
    expect(backward[0]).toBeCloseTo((2 / 4) * (squares(one) / squares(two)), 6);
    const uneven = graph.virgoVariances(g, { widths: [5, 4, 3], features: [3, 0, 0] });
    expect(uneven[1]).toBeCloseTo((2 / 4) * (squares(step([3, 0, 0])) / squares(step(step([3, 0, 0])))), 6);
    // On a graph where sums over neighbours keep all values alike, it is Kaiming's.
    expect(graph.virgoVariances(graph.generators.ring({ nodes: 5 }), { widths: [4, 4, 4, 4] })).toEqual([0, 1, 2].map(() => expect.closeTo(0.5, 6))); // prettier-ignore
    expect(() => graph.virgoVariances(g, { widths: [3] })).toThrow('graph.virgoVariances: widths must be two or more');
    expect(() => graph.virgoVariances(g, undefined as never)).toThrow('graph.virgoVariances: options must be given');
  });

  test.each(GRAPHS)(
    "[virgo] forward variance on %s: the last layer within a factor of 2 of the first, with Xavier's far below",
    (_name, g) => {
      const widths = new Array<number>(DEPTH + 1).fill(WIDTH);
      const ratio = (variances: Variances): number => {
        const all = sizes(g, variances, 'forward');
        return all[DEPTH - 1] / all[0];
      };
      const virgo = ratio(graph.virgoVariances(g, { widths }));
      expect(virgo).toBeGreaterThan(0.5);
      expect(virgo).toBeLessThan(2);
      expect(ratio(null)).toBeLessThan(0.05);
    }
  );

  test.each(GRAPHS)('[virgo] variance of gradients on %s likewise', (_name, g) => {
    const widths = new Array<number>(DEPTH + 1).fill(WIDTH);
    const ratio = (variances: Variances): number => {
      const all = sizes(g, variances, 'backward');
      return all[0] / all[DEPTH - 2];
    };
    const virgo = ratio(graph.virgoVariances(g, { widths, mode: 'backward' }));
    expect(virgo).toBeGreaterThan(0.5);
    expect(virgo).toBeLessThan(2);
    expect(ratio(null)).toBeLessThan(0.1);
  });
});
