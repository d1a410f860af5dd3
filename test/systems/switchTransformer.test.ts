import { core, moe, routers, tf } from '@switchyard/kernel-lib';
import { describe, expect, test, vi } from 'vitest';
import { coefficientOfVariation, fitLayer, makePieces } from '../support/pieces';

const { Context, Random } = core;

const WIDTH = 16;

function makeLayer(options: Partial<moe.MoeLayerOptions> = {}): moe.MoeLayer {
  const shape = { experts: 8, width: WIDTH, hidden: 8, random: Random.fromSeed(1) };
  return moe.layer({ router: routers.switchTop1(), ...shape, ...options });
}

describe('[switch-transformer]', () => {
  test('more experts learn more at the same work a token', async () => {
    const task = makePieces({ width: WIDTH });
    const runs: { loss: number; rows: number[]; perExpert: (number[] | undefined)[] }[] = [];
    for (const numExperts of [2, 4, 8, 16]) {
      const layer = makeLayer({ experts: numExperts });
      const apply = vi.spyOn(layer.experts, 'applyGroups');
      const { loss } = await fitLayer(layer, task, { steps: 150 });
      const rows = apply.mock.calls.map(([rows]) => rows.shape[0]);
      const perExpert = ['w1', 'w2'].map((name) => layer.experts.parameters().get(name)?.shape.slice(1));
      layer.dispose();
      runs.push({ loss, rows, perExpert });
    }
    task.dispose();
    // Every token goes through one expert, and experts are the same size: the work does not grow.
    expect(new Set(runs.map(({ rows }) => JSON.stringify(rows))).size).toBe(1);
    expect(runs[0].rows.slice(0, -1).every((rows) => rows === 256)).toBe(true);
    expect(new Set(runs.map(({ perExpert }) => JSON.stringify(perExpert))).size).toBe(1);
    const losses = runs.map(({ loss }) => loss);
    expect(losses).toEqual([...losses].sort((a, b) => b - a));
    expect(losses[3]).toBeLessThan(0.7 * losses[0]);
  });

  test('the balance loss is 1 at uniform load, exactly', () => {
    tf.tidy(() => {
      const probs = tf.fill([16, 8], 1 / 8) as tf.Tensor2D;
      const indices = tf.range(0, 16, 1, 'int32').mod(tf.scalar(8, 'int32')).reshape([16, 1]) as tf.Tensor2D;
      expect(routers.switchLoss(probs, indices).dataSync()[0]).toBe(1);
    });
  });

  test('what overflows is what exceeds the capacity, and passes through the residual unchanged', () => {
    const capacityFactor = 1;
    const numTokens = 50;
    const layer = makeLayer({ capacityFactor, experts: 4 });
    const x = Random.fromSeed(3).normal([numTokens, WIDTH]);
    const records: core.RoutingRecord[] = [];
    const ctx = Context.create({ observers: [core.observer('routing', (record) => records.push(record))] });
    const [before, after] = tf.tidy(() =>
      [x, x.add(layer.apply(x, ctx))].map((each) => each.arraySync() as number[][])
    );
    const [{ indices, dropped }] = records;
    const capacity = Math.ceil((capacityFactor * numTokens) / 4);
    const load = [0, 1, 2, 3].map((expert) => indices.filter((each) => each === expert).length);
    const excess = load.reduce((sum, count) => sum + Math.max(0, count - capacity), 0);
    expect(excess).toBeGreaterThan(0);
    expect(dropped?.reduce((a, b) => a + b, 0)).toBe(excess);
    before.forEach((token, t) =>
      dropped?.[t] === 1 ? expect(after[t]).toEqual(token) : expect(after[t]).not.toEqual(token)
    );
    x.dispose();
    layer.dispose();
  });

  test('the balance loss evens out the load', async () => {
    const task = makePieces({ width: WIDTH });
    const cv = async (seed: number, balance: routers.BalanceOptions): Promise<number> => {
      const layer = makeLayer({ router: routers.switchTop1({ balance }), random: Random.fromSeed(seed) });
      const { load } = await fitLayer(layer, task, { seed, steps: 100 });
      layer.dispose();
      return coefficientOfVariation(load);
    };
    for (const seed of [1, 2]) {
      const balanced = await cv(seed, { loss: { convention: 'switch', coefficient: 1 } });
      expect(balanced).toBeLessThan(0.5 * (await cv(seed, {})));
    }
    task.dispose();
  });
});
