import { core, models, routers, tf } from '@switchyard/kernel-lib';
import { mean, minimise } from './regression';

const { Context, Random } = core;

export const [KEYS, FILLERS, STOPS, DOMAINS] = [6, 8, 2, 3];
export const VOCAB = KEYS + DOMAINS * FILLERS + DOMAINS * STOPS;
export const [LENGTH, BATCH] = [16, 32];

export interface Questions {
  tokens: tf.Tensor2D;
  start: number[];
  end: number[];
}

/**
 * A key that is asked for, then passages: a key, fillers, a stop. The answer is the passage of that key. Each domain has fillers
 * and stops of its own; out of domain, every token is of any domain, and passages are longer.
 */
export function questions(seed: number, step: number, outside = false): Questions {
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
export function scores(model: models.Transformer, tokens: tf.Tensor2D, ctx: core.Context): [tf.Tensor2D, tf.Tensor2D] {
  const logits = model.apply(tokens, ctx);
  const of = (i: number) => logits.slice([0, 1, i], [-1, -1, 1]).squeeze([2]) as tf.Tensor2D;
  return [of(0), of(1)];
}

export function fit(model: models.Transformer, seed: number, steps: number): void {
  const loss = (ctx: core.Context, step: number) => {
    const { tokens, start, end } = questions(seed, step);
    const [first, last] = scores(model, tokens, ctx);
    const cost = (of: number[], by: tf.Tensor2D) => {
      const truth = tf.oneHot(
        of.map((n) => n - 1),
        LENGTH - 1
      );
      return tf.losses.softmaxCrossEntropy(truth, by);
    };
    return cost(start, first).add(cost(end, last));
  };
  minimise(model, loss, { seed, steps });
}

/** Mean F1 of the tokens between the predicted ends with those of the answer. */
export function f1(model: models.Transformer, seed: number, outside: boolean): number {
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

export const SIZE = { layers: 3, width: 16, heads: 2, contextLength: LENGTH, vocabSize: VOCAB };

/** The block in the middle has experts. */
export function sparse(seed: number, options: Partial<models.MoeTransformerOptions> = {}): models.Transformer {
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
