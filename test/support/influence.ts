import { core, graph, tf } from '@switchyard/kernel-lib';
import { minimise } from './regression';

const { independentCascade } = graph.generators;
const BUDGET = 8;

/** The same graph, all of whose edges have one probability. */
export const weighted = (g: graph.Graph, p: number): graph.Graph => graph.fromEdges({ ...g.directedOptions, weights: Array.from(g.sources, () => p) }); // prettier-ignore

/** Nodes of 200 in four blocks that eight seeds reach: those that a search finds after training on 96 cascades, those of the largest degree, and greedy ones; and what training leaves of the error of forecasts. */
export function searchedSpread(seed: number) {
  const random = core.Random.fromSeed(seed);
  const next = random.child('sets').generator();
  const g = weighted(graph.generators.stochasticBlockModel({ sizes: [50, 50, 50, 50], probabilities: Array.from({ length: 4 }, (_, a) => Array.from({ length: 4 }, (_b, b) => (a === b ? (a === 0 ? 0.16 : 0.08) : 0.004))), seed: seed + 1 }), 0.12); // prettier-ignore
  const spreadOf = (seeds: number[]): number => independentCascade(g, { seeds, runs: 400, seed: 99 }).reduce((a, b) => a + b, 0); // prettier-ignore
  const sets = Array.from({ length: 96 }, () => core.Random.fromSeed(Math.floor(next() * 1e9)).shuffle([...Array(200).keys()]).slice(0, BUDGET)); // prettier-ignore
  const rows = sets.map((set) => Array.from({ length: 200 }, (_, node) => Number(set.includes(node))));
  const often = sets.map((set, i) => [...independentCascade(g, { seeds: set, runs: 20, seed: i })]);
  const [seeds, frequencies] = [tf.tensor2d(rows), tf.tensor2d(often)];
  const model = new graph.InfluenceSearch({
    graph: g,
    latent: 32,
    hidden: 64,
    steps: 4,
    random: random.child('model')
  });
  const now = (): number => tf.tidy(() => model.reached(seeds).sub(frequencies).square().mean().dataSync()[0]);
  const before = now();
  minimise(model, (ctx) => model.loss(seeds, frequencies, ctx), { steps: 80, learningRate: 0.01 });
  const left = now() / before;
  const best = often.map((row, i) => ({ i, sum: row.reduce((a, b) => a + b) })).sort((a, b) => b.sum - a.sum).slice(0, 4); // prettier-ignore
  const starts = tf.tensor2d(best.map(({ i }) => rows[i]));
  const found = model.search({ budget: BUDGET, starts, ascents: 300, learningRate: 0.1, penalty: 2 });
  const degree = graph.degrees(g);
  const byDegree = [...Array(200).keys()].sort((a, b) => degree[b] - degree[a]).slice(0, BUDGET);
  const greedy = graph.probes.greedySeeds(g, { budget: BUDGET, runs: 50, seed: 5 });
  tf.dispose([seeds, frequencies, starts]);
  model.dispose();
  return { left, found: spreadOf(found), byDegree: spreadOf(byDegree), greedy: spreadOf(greedy) };
}
