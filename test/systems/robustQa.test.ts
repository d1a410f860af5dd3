import { core, models, routers, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { mean } from '../support/regression';

const { Context, Random } = core;

const [KEYS, FILLERS, STOPS, DOMAINS] = [6, 8, 2, 3];
const VOCAB = KEYS + DOMAINS * FILLERS + DOMAINS * STOPS;
const [LENGTH, BATCH] = [16, 32];

interface Questions {
  tokens: tf.Tensor2D;
  start: number[];
  end: number[];
}

/**
 * A key that is asked for, then passages: a key, fillers, a stop. The answer is the passage of that key. Each domain has fillers
 * and stops of its own; out of domain, every token is of any domain, and passages are longer.
 */
function questions(seed: number, step: number, outside = false): Questions {
  const next = Random.fromSeed(seed)
    .child(outside ? 'outside' : 'inside')
    .child(step)
    .generator();
  const pick = (count: number) => Math.floor(next() * count);
  const rows: number[][] = [];
  const [start, end]: number[][] = [[], []];
  while (rows.length < BATCH) {
    const own = pick(DOMAINS);
    const domain = () => (outside ? pick(DOMAINS) : own);
    const keys = Random.fromSeed(pick(1e9)).shuffle([0, 1, 2, 3, 4, 5]);
    const row = [-1];
    const passages: [number, number, number][] = [];
    for (const key of keys) {
      const from = row.length;
      row.push(key);
      for (let left = pick(outside ? 4 : 3); left > 0; left--) {
        row.push(KEYS + domain() * FILLERS + pick(FILLERS));
      }
      row.push(KEYS + DOMAINS * FILLERS + domain() * STOPS + pick(STOPS));
      if (row.length <= LENGTH) {
        passages.push([key, from, row.length - 1]);
      }
    }
    const [key, from, to] = passages[pick(passages.length)];
    row[0] = key;
    rows.push(row.slice(0, LENGTH));
    start.push(from);
    end.push(to);
  }
  return {
    tokens: tf.tensor2d(
      rows.map((row) => [...row, ...new Array<number>(LENGTH).fill(0)].slice(0, LENGTH)),
      undefined,
      'int32'
    ),
    start,
    end
  };
}

/** Scores of each position as the first and as the last of the answer; [B, N] each. The asked key itself is none. */
function scores(model: models.Transformer, tokens: tf.Tensor2D, ctx: core.Context): [tf.Tensor2D, tf.Tensor2D] {
  const logits = model.apply(tokens, ctx);
  const of = (i: number) => logits.slice([0, 1, i], [-1, -1, 1]).squeeze([2]) as tf.Tensor2D;
  return [of(0), of(1)];
}

function fit(model: models.Transformer, seed: number, steps: number): void {
  const optimizer = tf.train.adam(0.01);
  for (let step = 0; step < steps; step++) {
    const { tokens, start, end } = questions(seed, step);
    const ctx = Context.create({ training: true, random: Random.fromSeed(seed).child(step) });
    const { value, grads } = tf.variableGrads(() =>
      tf.tidy(() => {
        const [first, last] = scores(model, tokens, ctx);
        const cost = (of: number[], by: tf.Tensor2D) =>
          tf.losses.softmaxCrossEntropy(
            tf.oneHot(
              of.map((n) => n - 1),
              LENGTH - 1
            ),
            by
          ) as tf.Scalar;
        return tf.addN([cost(start, first), cost(end, last), ...ctx.losses.values()]) as tf.Scalar;
      })
    );
    optimizer.applyGradients(grads as Parameters<tf.AdamOptimizer['applyGradients']>[0]);
    ctx.finish();
    ctx.dispose();
    tf.dispose([value, grads, tokens] as tf.TensorContainer);
  }
  optimizer.dispose();
}

/** Mean F1 of the tokens between the predicted ends with those of the answer. */
function f1(model: models.Transformer, seed: number, outside: boolean): number {
  return mean(
    [0, 1, 2, 3].map((i) => {
      const { tokens, start, end } = questions(seed, 1_000_000 + i, outside);
      const ctx = Context.create();
      const [first, last] = tf.tidy(() => scores(model, tokens, ctx).map((each) => [...each.argMax(1).dataSync()]));
      ctx.dispose();
      tokens.dispose();
      return mean(
        start.map((from, b) => {
          const common = Math.min(end[b], last[b] + 1) - Math.max(from, first[b] + 1) + 1;
          const sizes = end[b] - from + 1 + Math.max(0, last[b] - first[b] + 1);
          return (2 * Math.max(0, common)) / sizes;
        })
      );
    })
  );
}

const SIZE = { layers: 3, width: 16, heads: 2, contextLength: LENGTH, vocabSize: VOCAB };

/** The block in the middle has experts. */
function sparse(seed: number, options: Partial<models.MoeTransformerOptions> = {}): models.Transformer {
  const router = routers.switchTop1();
  return models.moeTransformer({
    ...SIZE,
    every: 2,
    experts: 4,
    hidden: 32,
    capacityFactor: 1.25,
    router,
    seed,
    ...options
  });
}

function recordOf(model: models.Transformer): core.RoutingRecord {
  const records: core.RoutingRecord[] = [];
  const { tokens } = questions(1, 3_000_000);
  const ctx = Context.create({ observers: [core.observer('routing', (record) => records.push(record))] });
  tf.tidy(() => void model.apply(tokens, ctx));
  ctx.dispose();
  tokens.dispose();
  expect(records.map(({ path }) => path)).toEqual(['layers.1.moe']);
  return records[0];
}

const loadOf = ({ indices }: core.RoutingRecord) =>
  [0, 1, 2, 3].map((e) => indices.filter((each) => each === e).length);

describe('[moe-robust-qa]', () => {
  test('no expert takes more than its capacity, and what is over is dropped', () => {
    const model = sparse(1, { capacityFactor: 1 });
    const record = recordOf(model);
    const capacity = (BATCH * LENGTH) / 4;
    const load = loadOf(record);
    const kept = load.map((_, e) => record.indices.filter((each, t) => each === e && record.dropped?.[t] === 0).length);
    expect(Math.max(...load)).toBeGreaterThan(capacity);
    expect(kept).toEqual(load.map((count) => Math.min(count, capacity)));
    model.dispose();
  });

  test('without a balance loss the load is less even', () => {
    const largest = (options: Partial<models.MoeTransformerOptions>) =>
      mean(
        [1, 2, 3].map((seed) => {
          const model = sparse(seed, options);
          fit(model, seed, 60);
          const load = loadOf(recordOf(model));
          model.dispose();
          return Math.max(...load) / (BATCH * LENGTH);
        })
      );
    const balance: routers.BalanceOptions = { loss: { convention: 'switch', coefficient: 0.1 } };
    const [even, uneven] = [balance, {}].map((each) => largest({ router: routers.switchTop1({ balance: each }) }));
    expect(uneven).toBeGreaterThan(1.1 * even);
  });

  test('out of domain it answers, and about as well as a dense model of the same work', () => {
    const runs = [1, 2, 3, 4, 5].map((seed) => {
      const [routed, dense] = [sparse(seed), models.denseTwin(sparse(seed))].map((model) => {
        fit(model, seed, 120);
        const result = f1(model, seed, true);
        model.dispose();
        return result;
      });
      return { routed, dense };
    });
    expect(mean(runs.map(({ routed }) => routed))).toBeGreaterThan(0.75);
    expect(mean(runs.map(({ routed, dense }) => routed - dense))).toBeGreaterThan(-0.15);
  });
});
