import { core, type models, routers, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { minimise } from '../support/regression';
import { BATCH, LENGTH, questions, scores, sparse } from '../support/spans';

const { Context } = core;

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

  test('the balance loss alone evens the load', () => {
    const balance: routers.BalanceOptions = { loss: { convention: 'switch', coefficient: 0.1 } };
    const router = routers.switchTop1({ balance });
    const largest = (model: models.Transformer) => Math.max(...loadOf(recordOf(model))) / (BATCH * LENGTH);
    for (const seed of [1, 2, 3]) {
      const model = sparse(seed, { router });
      const before = largest(model);
      const loss = (ctx: core.Context, step: number) => {
        scores(model, questions(seed, step).tokens, ctx);
        return tf.scalar(0);
      };
      minimise(model, loss, { seed, steps: 40, wanted: (path) => path.includes('router') });
      expect(largest(model)).toBeLessThan(0.8 * before);
      model.dispose();
    }
  });
});
