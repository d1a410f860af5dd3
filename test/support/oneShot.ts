import { core, graph, tf } from '@switchyard/kernel-lib';
import { accuracyOf } from './trainNodes';

const BLOCK = 40;
export const LABELS = Array.from({ length: 3 * BLOCK }, (_, node) => Math.floor(node / BLOCK));
const EACH = 4;

/** Blocks with features, of which one node each is known. */
export function blocks(seed: number): graph.Graph {
  const p = [0, 1, 2].map((a) => [0, 1, 2].map((b) => (a === b ? 0.12 : 0.03)));
  return graph.generators.stochasticBlockModel({ sizes: [BLOCK, BLOCK, BLOCK], probabilities: p, features: { width: 12, signal: 1.5 }, seed }); // prettier-ignore
}

/** Stands for a language model that knows what a class is about: so many rows about the middle of each. */
export function written(g: graph.Graph, seed: number): number[][] {
  const { values, width } = g.nodeFeatures!;
  const next = core.Random.fromSeed(seed).child('written').generator();
  return [0, 1, 2].flatMap((type) => {
    const nodes = LABELS.flatMap((label, node) => (label === type ? [node] : []));
    const middle = Array.from({ length: width }, (_, f) => nodes.reduce((sum, node) => sum + values[node * width + f] / BLOCK, 0)); // prettier-ignore
    return Array.from({ length: EACH }, () => middle.map((value) => value + 0.6 * (next() + next() - 1)));
  });
}

/** Accuracy with one known node of each class: without new nodes, with them where the predictor joins them, and where chance does. */
export function oneShot(seed: number): Record<'none' | 'predicted' | 'random', number> {
  const g = blocks(seed);
  const known = [0, 1, 2].map((type) => type * BLOCK);
  const tested = LABELS.map((_, node) => node).filter((node) => !known.includes(node));
  const rows = written(g, seed);
  const predictor = graph.edgePredictor(g, { steps: 60, seed });
  const features = tf.tensor2d(rows);
  const scores = predictor.scores(features);
  [features, predictor].forEach((each) => each.dispose());
  const next = core.Random.fromSeed(seed).child('chance').generator();
  const chance = rows.map(() => LABELS.map(() => next()));
  const labels = [...LABELS, ...rows.map((_, i) => Math.floor(i / EACH))];
  const more = rows.map((_, i) => LABELS.length + i);
  const after = (by: number[][]): number => {
    const { graph: output } = graph.rewire.insertNodes(g, { features: rows, scores: by, perNode: 5 });
    return accuracyOf(output, { labels, known: [...known, ...more], tested, steps: 40, seed });
  };
  return { none: accuracyOf(g, { labels: LABELS, known, tested, steps: 40, seed }), predicted: after(scores), random: after(chance) }; // prettier-ignore
}
