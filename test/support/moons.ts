import { core, graph, tf } from '@switchyard/kernel-lib';
import { minimise } from './regression';
import { accuracyOf } from './trainNodes';

/** Two half circles that reach into each other, with noise: classes 0 and 1 in turn; values that say nothing stand behind. */
export function moons(count: number, seed: number, noise: number, more: number) {
  const drawn = core.Random.fromSeed(seed).normal([count, 2 + more]);
  const rows = (drawn.arraySync() as number[][]).map((row, i) => {
    const angle = (Math.PI * Math.floor(i / 2)) / (count / 2 - 1);
    const [x, y] = i % 2 === 0 ? [Math.cos(angle), Math.sin(angle)] : [1 - Math.cos(angle), 0.5 - Math.sin(angle)];
    return [x + noise * row[0], y + noise * row[1], ...row.slice(2)];
  });
  drawn.dispose();
  return { rows, labels: rows.map((_, i) => i % 2) };
}

/** Accuracy on two moons among four values of noise, a fifth of them known: graph convolutions on the five nearest neighbours, and a complex that is learnt without a graph. */
export function moonsAccuracy(seed: number, steps = 40): { fixed: number; learnt: number } {
  const { rows, labels } = moons(60, seed, 0.1, 4);
  const known = labels.map((_, i) => i).filter((i) => i % 10 < 2);
  const tested = labels.map((_, i) => i).filter((i) => i % 10 >= 2);
  const near = rows.flatMap((row, i) => rows.map((other, j) => ({ j, away: Math.hypot(...row.map((value, f) => value - other[f])) })).filter(({ j }) => j !== i).sort((a, b) => a.away - b.away).slice(0, 5).map(({ j }) => [j, i] as const)); // prettier-ignore
  const fixed = accuracyOf(graph.fromEdges({ numNodes: 60, edges: near, nodeFeatures: rows }), { labels, known, tested }); // prettier-ignore
  const model = new graph.LatentCells({ inputWidth: 6, hidden: 8, outputWidth: 2, maxCycle: 3, random: core.Random.fromSeed(seed) }); // prettier-ignore
  const x = tf.tensor2d(rows);
  const classes = tf.oneHot(tf.tensor1d(known.map((i) => labels[i]), 'int32'), 2); // prettier-ignore
  minimise(model, (ctx) => tf.gather(model.apply(x, ctx), tf.tensor1d(known, 'int32')).logSoftmax().mul(classes).sum(1).mean().neg(), { steps, learningRate: 0.02 }); // prettier-ignore
  const found = tf.tidy(() => model.apply(x, core.Context.create()).argMax(1).dataSync());
  [x, classes, model].forEach((each) => each.dispose());
  return { fixed, learnt: tested.filter((i) => found[i] === labels[i]).length / tested.length };
}
