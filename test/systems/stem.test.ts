import { core, models, moe, sim, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { makeLanguage } from '../support/language';
import { setValue } from '../support/networks';

const { Context } = core;

const [WIDTH, HIDDEN, LENGTH] = [16, 48, 16];
const SIZE = { layers: 2, width: WIDTH, hidden: HIDDEN, contextLength: LENGTH };
const text = makeLanguage({ domains: 2 });

const stem = (options: Partial<models.DenseTransformerOptions> = {}) =>
  models.denseTransformer({ ...SIZE, tokenIndexed: true, ...options });

describe('[stem]', () => {
  test('a token costs less by exactly the up-projection of each layer', () => {
    const [looked, gated] = [stem(), models.denseTransformer({ ...SIZE, gated: true })];
    expect(models.activeFlops(gated) - models.activeFlops(looked)).toBe(2 * (2 * WIDTH * HIDDEN));
    // A third of the network's work, and the table in place of the matrix.
    expect(gated.countParameters() - looked.countParameters()).toBe(2 * (WIDTH - 256) * HIDDEN);
    [looked, gated].forEach((model) => model.dispose());
  });

  test('it is the formula, worked out by hand', () => {
    const network = moe.tokenIndexed({ vocabSize: 3, width: 2, hidden: 1, random: core.Random.fromSeed(1) });
    setValue(network, 'w1.weight', () => tf.tensor2d([[1], [2]]));
    setValue(network, 'w2.weight', () => tf.tensor2d([[5, -1]]));
    setValue(network, 'table', () => tf.tensor2d([[7], [0], [-2]]));
    const ctx = Context.create();
    ctx.setState(moe.TOKEN_IDS, tf.tensor1d([2, 0, 1], 'int32'));
    const x = tf.tensor2d([1, 1, 2, -1, 4, 4], [3, 2]);
    const out = network.apply(x, ctx);
    const silu = (v: number) => v / (1 + Math.exp(-v));
    const expected = [-10 * silu(3), 2 * silu(3), 35 * silu(0), -7 * silu(0), 0, 0];
    Array.from(out.dataSync()).forEach((value, i) => expect(value).toBeCloseTo(expected[i], 4));
    tf.dispose([x, out]);
    ctx.dispose();
    network.dispose();
  });

  test.each([
    [7, 3],
    [11, 0],
    [200, LENGTH]
  ])('new rows for token %i change what comes from position %i on, and nothing before', (token, first) => {
    const model = stem();
    const ids = Array.from({ length: LENGTH }, (_, n) => [11, 5, 5, 7, 9, 7][n % 6]);
    const logits = () =>
      tf.tidy(
        () => model.apply(tf.tensor2d(ids, [1, LENGTH], 'int32'), Context.create()).arraySync() as number[][][]
      )[0];
    const before = logits();
    [0, 1].forEach((layer) =>
      setValue(model, `layers.${layer}.feedForward.table`, (table) => {
        const row = tf
          .oneHot(tf.tensor1d([token], 'int32'), 256)
          .toFloat()
          .transpose();
        return table.add(row.mul(0.5));
      })
    );
    const after = logits();
    before.forEach((row, n) => (n < first ? expect(after[n]).toEqual(row) : expect(after[n]).not.toEqual(row)));
    model.dispose();
  });

  test('no loss balances anything: there is no router', () => {
    const model = stem();
    const ctx = Context.create({ training: true });
    tf.tidy(() => void model.apply(tf.zeros([1, LENGTH], 'int32'), ctx));
    expect([...ctx.losses.keys()]).toEqual([]);
    expect([...model.parameters().keys()].filter((path) => path.includes('router'))).toEqual([]);
    ctx.dispose();
    model.dispose();
  });

  test('rows are known from the ids, so they are fetched from the host while earlier steps run', () => {
    const [{ tokens }] = text.validationBatches({ batchSize: 4, length: LENGTH, count: 1 });
    // A step is one layer for one position of the batch; each layer has rows of its own.
    const accesses = Array.from({ length: LENGTH * 2 }, (_, step) => {
      const ids = [0, 1, 2, 3].map((b) => tokens[b * (LENGTH + 1) + Math.floor(step / 2)]);
      return [...new Set(ids)].map((id) => (step % 2) * 256 + id);
    });
    const run = (lookahead: number, computeSeconds: number) =>
      sim.expertCache({ accesses, capacity: 8, lookahead, profile: { loadSeconds: 1, computeSeconds } });
    const [ahead, blind] = [4, 0].map((lookahead) => run(lookahead, 10));
    // All but what the first step waits for is hidden.
    expect(ahead.stallSeconds).toBe(accesses[0].length);
    expect(blind.stallSeconds).toBe(blind.misses);
    expect(blind.misses).toBeGreaterThan(accesses[0].length);
    // A link that is too slow shows.
    expect(run(4, 0.5).stallSeconds).toBeGreaterThan(accesses[0].length);
  });
});
