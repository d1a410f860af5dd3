import { adaptive, core, models, ops, tf, train, type data } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';
import { bigCalls, DUO, validation, withinBudget } from '../support/duo';
import { makeLanguage } from '../support/language';
import { overTenSeeds } from '../support/paired';
import { mean } from '../support/regression';

const { Context, Random } = core;

const L = DUO.layers;
const BIG = 2;

interface Trained {
  model: models.Transformer;
  batch: data.Batch;
  routes: adaptive.OracleRoutes;
  /** Mean losses of the batch. */
  oracle: number;
  router: number;
  /** Of the routers as they begin, the networks trained. */
  untrained: number;
  random: number;
  /** Best path with exactly one big module, and small ones else; and big modules in all blocks. */
  oneBig: number;
  allBig: number;
}

/** Networks trained with every module seen, then routers with half of the big calls; then what the oracle finds. */
async function build(seed: number): Promise<Trained> {
  const text = makeLanguage({ domains: 2, seed });
  const model = models.duoLLM({ ...DUO, seed, budget: 0.5 });
  const options = { seed, batchSize: 8, evaluateEvery: 0, progress: false };
  await train.fit(model, text, { ...options, steps: 150, learningRate: 6e-3 });
  const untrained = lossOf(model, text);
  const release = adaptive.trainOnlyRouters(model);
  await train.fit(model, text, { ...options, steps: 60, learningRate: 1e-2 });
  release();
  const { batch, routes } = await withinBudget(model, text);
  return { model, batch, routes, untrained, ...(await compare(model, batch, routes, seed)) };
}

/** Mean loss of the batch that the oracle is asked about, each token on its router's path. */
function lossOf(model: models.Transformer, text: data.TextData): number {
  const [{ tokens, batchSize, length }] = validation(text);
  const ctx = Context.create();
  const loss = tf.tidy(() => {
    const all = tf.tensor2d(tokens, [batchSize, length + 1], 'int32');
    const logits = model.apply(all.slice<tf.Tensor2D>([0, 0], [-1, length]), ctx);
    const targets = all.slice([0, 1], [-1, length]).flatten<tf.Tensor1D>();
    return ops
      .crossEntropy(logits.reshape<tf.Tensor2D>([targets.size, -1]), targets)
      .mean()
      .dataSync()[0];
  });
  ctx.dispose();
  return loss;
}

async function compare(model: models.Transformer, batch: data.Batch, routes: adaptive.OracleRoutes, seed: number) {
  const { reference } = routes;
  // The same choices of each block, dealt to other tokens.
  const shuffled = reference.slice();
  for (let block = 0; block < L; block++) {
    const column = Array.from({ length: routes.numTokens }, (_, t) => reference[t * L + block]);
    Random.fromSeed(seed).child(block).shuffle(column).forEach((choice, t) => (shuffled[t * L + block] = choice)); // prettier-ignore
  }
  const patterns = Array.from({ length: L + 1 }, (_, at) =>
    Array.from({ length: L }, (__, l) => (at === L || l === at ? BIG : 1))
  );
  const paths = new Int32Array(routes.numTokens * (L + 2) * L);
  for (let t = 0; t < routes.numTokens; t++) {
    paths.set([...patterns.flat(), ...shuffled.subarray(t * L, (t + 1) * L)], t * (L + 2) * L);
  }
  const [inputs, targets] = tf.tidy(() => {
    const all = tf.tensor2d(batch.tokens, [batch.batchSize, batch.length + 1], 'int32');
    return [all.slice([0, 0], [-1, batch.length]), all.slice([0, 1], [-1, batch.length]).flatten()];
  });
  const question = { inputs: inputs as tf.Tensor2D, targets: targets as tf.Tensor1D, reference };
  const losses = await adaptive.pathLosses(model, question, paths);
  tf.dispose([inputs, targets]);
  const rows = Array.from({ length: routes.numTokens }, (_, t) => losses.subarray(t * (L + 2), (t + 1) * (L + 2)));
  return {
    oracle: mean(Array.from(routes.losses)),
    router: mean(Array.from(routes.referenceLosses)),
    random: mean(rows.map((row) => row[L + 1])),
    oneBig: mean(rows.map((row) => Math.min(...row.subarray(0, L)))),
    allBig: mean(rows.map((row) => row[L]))
  };
}

test('[duo-llm] the oracle, the router, the router untrained, its choices dealt by lot, and one big module against all, in nats', async () => {
  const { behind, learnt, ahead, oneBig, spared } = await overTenSeeds('duo-llm', async (seed) => {
    const { model, routes, oracle, router, untrained, random, oneBig: one, allBig } = await build(seed);
    const big = mean(Array.from({ length: routes.numTokens }, (_, t) => bigCalls(routes.reference, t))) / L;
    model.dispose();
    // Its probabilities keep the budget of half the big calls; its choices stray a little.
    expect(big).toBeLessThan(0.7);
    return {
      behind: router - oracle,
      learnt: untrained - router,
      ahead: random - router,
      oneBig: allBig - one,
      spared: 1 - big
    };
  });
  expect([behind, learnt, ahead, oneBig, spared].map(({ verdict }) => verdict)).toEqual([
    'above',
    'above',
    'undecided',
    'above',
    'above'
  ]);
});
