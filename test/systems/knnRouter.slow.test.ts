import { core, layers, routing, tf } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';
import { overTenSeeds } from '../support/paired';
import { makeQueries } from '../support/queries';
import { regress } from '../support/regression';

const { Context, Random } = core;

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

test('[knn-llm-router] regret of a network less that of neighbours on 200 queries: smooth, and dealt anew', async () => {
  const { smooth, shuffled, shuffledSingle } = await overTenSeeds('knn-llm-router', (seed) => {
    const [even, dealt] = [regrets(seed, false), regrets(seed, true)];
    return {
      smooth: even.learned - even.knn,
      shuffled: dealt.learned - dealt.knn,
      shuffledSingle: dealt.single - dealt.knn
    };
  });
  expect([smooth.verdict, shuffled.verdict, shuffledSingle.verdict]).toEqual(['above', 'below', 'below']);
});
