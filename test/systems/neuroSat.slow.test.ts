import { core, graph, tf } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';
import { overTenSeeds } from '../support/paired';
import { minimise } from '../support/regression';

const pairsOf = (variables: number, from: number, count: number): graph.Formula[] =>
  Array.from({ length: count }, (_, i) => graph.generators.satPairs({ variables, seed: from + i })).flatMap(({ unsatisfiable, satisfiable }) => [unsatisfiable, satisfiable]); // prettier-ignore

test('[neurosat] trained on one bit a formula of 3 to 8 variables: accuracy on others of 8 over 0.8, and how many of 16 variables are solved in 8 rounds and in 32', async () => {
  const { accuracy, moreIn32 } = await overTenSeeds('neurosat', (seed) => {
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
    const solved = [4, 8, 32].map((rounds) => model.decode(large, ctx, rounds).filter((values, i) => graph.satisfiedClauses(large[i], values) === large[i].clauses.length).length / large.length); // prettier-ignore
    ctx.dispose();
    model.dispose();
    return {
      accuracy: right - 0.8,
      solvedIn4: solved[0],
      solvedIn8: solved[1],
      solvedIn32: solved[2],
      moreIn32: solved[2] - solved[1]
    };
  });
  expect([accuracy.verdict, moreIn32.verdict]).toEqual(['above', 'above']);
});
