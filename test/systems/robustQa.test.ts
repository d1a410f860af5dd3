import { core, type models, routers, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { mean } from '../support/regression';
import { BATCH, fit, LENGTH, questions, sparse } from '../support/spans';

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
});
