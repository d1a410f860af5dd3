import { core, layers, routing, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { makeQueries } from '../support/queries';
import { mean, regress } from '../support/regression';

const { Context, Random } = core;

const SEEDS = [1, 2, 3];

/** A network that predicts each model's quality from the features; the model of highest prediction is chosen. */
function learned(table: routing.QueryTable, seed: number): routing.QueryRouter {
  const random = Random.fromSeed(seed);
  const linear = (name: string, inputWidth: number, outputWidth: number) =>
    new layers.Linear({ inputWidth, outputWidth, random: random.child(name) });
  const network = new layers.Sequential([
    linear('first', table.features[0].length, 32),
    new layers.FeedForward({ width: 32, hidden: 64, random: random.child('ffn') }),
    new layers.FeedForward({ width: 32, hidden: 64, random: random.child('ffn2') }),
    linear('last', 32, table.models.length)
  ]);
  const all = { x: tf.tensor2d(table.features as number[][]), y: tf.tensor2d(table.quality as number[][]) };
  regress(
    network,
    (step) => {
      const next = random.child(step).generator();
      const rows = Array.from({ length: 64 }, () => Math.floor(next() * table.features.length));
      const at = tf.tensor1d(rows, 'int32');
      const picked = { x: tf.gather(all.x, at), y: tf.gather(all.y, at) };
      at.dispose();
      return picked;
    },
    { steps: 400, seed }
  );
  tf.dispose(all);
  return {
    kind: 'learned',
    choose: (features) =>
      tf.tidy(
        () =>
          network
            .apply(tf.tensor2d([features as number[]]), Context.create())
            .argMax(1)
            .dataSync()[0]
      )
  };
}

/** What each way to route loses on 200 queries, made from 200 others. */
function regrets(seed: number, shuffled: boolean) {
  const { train, test } = makeQueries({ seed, shuffled }).split(200);
  const report = routing.bench(test, {
    routers: { knn: () => routing.knn(train, { k: 5 }), learned: () => learned(train, seed) }
  });
  return {
    knn: report.routers.knn[0].regret,
    learned: report.routers.learned[0].regret,
    single: report.bestSingle[0].regret
  };
}

describe('[knn-llm-router]', () => {
  test('with all queries as neighbours it is the best single model', () => {
    const { train, test: unseen } = makeQueries({ seed: 1, queries: 300 }).split(200);
    for (const costWeight of [0, 0.3]) {
      const router = routing.knn(train, { k: 200, costWeight });
      const { bestSingle } = routing.bench(train, { routers: {}, costWeights: [costWeight] });
      const chosen = new Set(unseen.features.map((features) => train.models[router.choose(features)]));
      expect([...chosen]).toEqual([bestSingle[0].model]);
    }
  });

  test('the nearest neighbours decide, by hand', () => {
    const table = {
      models: ['a', 'b'],
      features: [[0], [1], [10], [11]],
      quality: [[1, 0], [1, 0], [0, 1], [0, 1]], // prettier-ignore
      cost: [[0, 0], [0, 0], [0, 3], [0, 3]] // prettier-ignore
    };
    const choose = (x: number, costWeight = 0) => routing.knn(table, { k: 2, costWeight }).choose([x]);
    expect([choose(0.4), choose(9)]).toEqual([0, 1]);
    // b is worth 1 - 3 * 0.5 there.
    expect(choose(9, 0.5)).toBe(0);
  });

  test('where quality is smooth it beats the single model and a network on few queries; where it is not, neither', () => {
    const smooth = SEEDS.map((seed) => regrets(seed, false));
    expect(mean(smooth.map(({ learned: net, knn }) => net - knn))).toBeGreaterThan(0);
    expect(mean(smooth.map(({ single, knn }) => single - knn))).toBeGreaterThan(0);
    const shuffled = SEEDS.map((seed) => regrets(seed, true));
    expect(mean(shuffled.map(({ single, knn }) => knn - single))).toBeGreaterThan(0);
    expect(mean(shuffled.map(({ learned: net, knn }) => knn - net))).toBeGreaterThan(0);
  });
});
