import { core, graph, tf } from '@switchyard/kernel-lib';
import { minimise } from './regression';

const pairsOf = (variables: number, from: number, count: number): graph.Formula[] =>
  Array.from({ length: count }, (_, i) => graph.generators.satPairs({ variables, seed: from + i })).flatMap(({ unsatisfiable, satisfiable }) => [unsatisfiable, satisfiable]); // prettier-ignore

/** Share of formulas of 8 variables that are told right, and of 16 variables that are solved in so many rounds, after training on one bit a formula of 3 to 8 variables. */
export function solvedFormulas(seed: number, rounds: readonly number[]): { right: number; solved: number[] } {
  const model = new graph.NeuroSat({ width: 16, rounds: 12, random: core.Random.fromSeed(seed) });
  const sets = Array.from({ length: 24 }, (_, i) => graph.literalClauses(pairsOf(3 + (i % 6), 10_000 * seed + 100 * i, 12))); // prettier-ignore
  const labels = tf.tensor1d(Array.from({ length: 24 }, (_, i) => i % 2));
  minimise(model, (ctx, step) => tf.losses.sigmoidCrossEntropy(labels, model.votes(sets[step % sets.length], ctx).logits), { steps: 800, learningRate: 0.005 }); // prettier-ignore
  labels.dispose();
  const ctx = core.Context.create();
  const unseen = pairsOf(8, 5_000_000 + 1000 * seed, 40);
  const logits = tf.tidy(() => [...model.votes(graph.literalClauses(unseen), ctx).logits.dataSync()]);
  const right = logits.filter((logit, i) => logit > 0 === (i % 2 === 1)).length / logits.length;
  const large = pairsOf(16, 6_000_000 + 1000 * seed, 30).filter((_, i) => i % 2 === 1);
  const solved = rounds.map((count) => model.decode(large, ctx, count).filter((values, i) => graph.satisfiedClauses(large[i], values) === large[i].clauses.length).length / large.length); // prettier-ignore
  ctx.dispose();
  model.dispose();
  return { right, solved };
}
