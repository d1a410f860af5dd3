import { adaptive, core, models, tf, train, type data } from '@switchyard/kernel-lib';
import { beforeAll, describe, expect, test } from 'vitest';
import { makeLanguage } from '../support/language';
import { mean } from '../support/regression';

const { Context, Random } = core;

const SIZE = { layers: 4, width: 32, heads: 2, contextLength: 24, smallDim: 16, bigDim: 128 };
const L = SIZE.layers;
const BIG = 2;
const SEEDS = [1, 2, 3];

interface Trained {
  model: models.Transformer;
  batch: data.Batch;
  routes: adaptive.OracleRoutes;
  /** Mean losses of the batch. */
  oracle: number;
  router: number;
  random: number;
  /** Best path with exactly one big module, and small ones else; and big modules in all blocks. */
  oneBig: number;
  allBig: number;
}

/** Networks trained with every module seen, then routers with half of the big calls; then what the oracle finds. */
async function build(seed: number): Promise<Trained> {
  const text = makeLanguage({ domains: 2, seed });
  const model = models.duoLLM({ ...SIZE, seed, budget: 0.5 });
  const options = { seed, batchSize: 8, evaluateEvery: 0, progress: false };
  await train.fit(model, text, { ...options, steps: 150, learningRate: 6e-3 });
  const release = adaptive.trainOnlyRouters(model);
  await train.fit(model, text, { ...options, steps: 60, learningRate: 1e-2 });
  release();
  const [batch] = text.validationBatches({ batchSize: 8, length: SIZE.contextLength, count: 1 });
  const learned = await adaptive.oracleRoutes(model, batch, { search: 'coordinate', sweeps: 1 });
  const own = Array.from({ length: learned.numTokens }, (_, t) => bigCalls(learned.reference, t));
  const routes = await adaptive.oracleRoutes(model, batch, { budget: own });
  return { model, batch, routes, ...(await compare(model, batch, routes, seed)) };
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

function bigCalls(paths: Int32Array, t: number): number {
  return paths.subarray(t * L, (t + 1) * L).reduce((sum, choice) => sum + (choice === BIG ? 1 : 0), 0);
}

/** Seconds of the fastest of some passes in which every token makes this choice in every block. */
function fastest(model: models.Transformer, inputs: tf.Tensor2D, choice: number): number {
  const times = Array.from({ length: 6 }, () => {
    const ctx = Context.create();
    const started = performance.now();
    tf.tidy(() => {
      ctx.setState(adaptive.PATHS, tf.fill([inputs.size, L], choice, 'int32'));
      model.apply(inputs, ctx).dataSync();
    });
    ctx.dispose();
    return performance.now() - started;
  });
  return Math.min(...times);
}

describe('[duo-llm]', () => {
  let runs: Trained[];
  beforeAll(async () => {
    runs = [];
    for (const seed of SEEDS) {
      runs.push(await build(seed));
    }
  }, 240_000);

  test('in training both modules are seen, and bypass takes part', () => {
    const model = models.duoLLM({ ...SIZE, seed: 1 });
    const records: core.RoutingRecord[] = [];
    const ctx = Context.create({
      training: true,
      observers: [core.observer('routing', (record) => records.push(record))]
    });
    tf.tidy(() => {
      model.apply(tf.zeros([4, 24], 'int32'), ctx);
    });
    ctx.dispose();
    const shares = records.map(({ indices }) => [0, 1, 2].map((e) => indices.filter((i) => i === e).length / 96));
    shares.flat().forEach((share) => expect(Math.abs(share - 1 / 3)).toBeLessThan(0.2));
    expect(records[0].experts).toEqual(['bypass 0', 'small 1', 'big 2']);
    model.dispose();
  });

  test('of every token the oracle loses no more than the router with as many big calls; on the mean, random routes lose most', () => {
    for (const { routes } of runs) {
      routes.losses.forEach((loss, t) => {
        expect(loss).toBeLessThanOrEqual(routes.referenceLosses[t]);
        expect(bigCalls(routes.paths, t)).toBeLessThanOrEqual(bigCalls(routes.reference, t));
      });
    }
    expect(mean(runs.map(({ router, oracle }) => router - oracle))).toBeGreaterThan(0);
    expect(mean(runs.map(({ router, random }) => random - router))).toBeGreaterThan(0);
  });

  test('the router keeps its budget of half the big calls', () => {
    const calls = runs.map(({ routes }) => mean(Array.from({ length: routes.numTokens }, (_, t) => bigCalls(routes.reference, t)))); // prettier-ignore
    // Its probabilities keep it; its choices stray a little.
    calls.forEach((each) => expect(each).toBeLessThan(0.7 * L));
    expect(mean(calls)).toBeGreaterThan(0);
  });

  test('a larger budget never loses more', () => {
    runs.forEach(({ routes: { byBudget } }) =>
      byBudget.forEach((loss, row) => row % (L + 1) > 0 && expect(loss).toBeLessThanOrEqual(byBudget[row - 1]))
    );
  });

  test('one big module in the block that suits the token beats big modules in all blocks', () => {
    const gains = runs.map(({ oneBig, allBig }) => allBig - oneBig);
    expect(mean(gains)).toBeGreaterThan(0);
  });

  test('what a token does not take is not computed: time falls', () => {
    const model = models.duoLLM({ ...SIZE, width: 64, smallDim: 16, bigDim: 4096 });
    const inputs = tf.zeros([64, 24], 'int32') as tf.Tensor2D;
    fastest(model, inputs, BIG);
    // So large that the big network is nearly all of the time, on a machine that others use as well.
    expect(fastest(model, inputs, 0)).toBeLessThan(0.6 * fastest(model, inputs, BIG));
    inputs.dispose();
    model.dispose();
  });
});
