import { core, models, moe, routers, sim, telemetry, tf, train } from '@switchyard/kernel-lib';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { makeNetwork, outputOf, setValue } from '../support/networks';
import { mean, regress } from '../support/regression';
import { makePieces } from '../support/pieces';
import { SHORT, smallText } from '../support/runs';

const { Context, Random } = core;

const LENGTH = 16;
const BATCH = 16;
const EXPERTS = 4;
const text = smallText();
const FIT: train.FitOptions = { ...SHORT, steps: 60, learningRate: 1e-2, evaluateEvery: 0 };

/** Token ids [B, N] and the domain of each token. */
function sample(): { ids: tf.Tensor2D; domains: number[] } {
  const [{ tokens, domains }] = text.validationBatches({ batchSize: BATCH, length: LENGTH, count: 1 });
  const ids = tf.tidy(() => tf.tensor2d(tokens, [BATCH, LENGTH + 1], 'int32').slice<tf.Tensor2D>([0, 0], [-1, LENGTH]));
  return { ids, domains: Array.from({ length: BATCH * LENGTH }, (_, t) => domains[Math.floor(t / LENGTH)]) };
}

function recordsOf(model: core.Module, ids: tf.Tensor): core.RoutingRecord[] {
  const records: core.RoutingRecord[] = [];
  const ctx = Context.create({ observers: [core.observer('routing', (record) => records.push(record))] });
  tf.tidy(() => void model.apply(ids, ctx));
  ctx.dispose();
  return records;
}

/** Cuts every network of a model into an expert for each half of a domain, with one router apart from the backbone. */
function carveAll(model: models.Transformer): models.Transformer {
  const { ids, domains } = sample();
  const halves = domains.map((domain, t) => 2 * domain + (t % 2));
  const carved = models.mapFeedForwards(model, (network, block) => {
    const apply = vi.spyOn(network, 'apply');
    const seen: tf.Tensor2D[] = [];
    apply.mockImplementationOnce((x) => (seen.push(tf.keep(x.reshape<tf.Tensor2D>([-1, 16]))), tf.zerosLike(x)));
    tf.tidy(() => void model.apply(ids, Context.create()));
    apply.mockRestore();
    const { layer } = moe.carve(network as moe.DenseNetwork, {
      ...{
        experts: EXPERTS,
        k: 1,
        group: 'activationSparsity',
        router: 'lookahead',
        tokens: seen[0],
        domains: halves
      },
      random: Random.fromSeed(block)
    });
    tf.dispose(seen);
    return layer;
  });
  ids.dispose();
  return carved;
}

/** Requests of four tokens each and the experts they need in all layers, layer by layer numbered on. */
function routesOf(records: readonly core.RoutingRecord[], tokensEach = 4): number[][] {
  const numRequests = (BATCH * LENGTH) / tokensEach;
  return Array.from({ length: numRequests }, (_, r) => [
    ...new Set(
      records.flatMap(({ indices, k, numExperts }, l) =>
        Array.from(indices.subarray(r * tokensEach * k, (r + 1) * tokensEach * k), (e) => l * numExperts + e)
      )
    )
  ]);
}

const unique = (routes: readonly (readonly number[])[], batch: readonly number[]) =>
  new Set(batch.flatMap((request) => routes[request])).size;

/** Least mean number of different experts over all ways to make pairs. */
function bestPairs(routes: readonly number[][], left = routes.map((_, r) => r)): number {
  if (left.length === 0) {
    return 0;
  }
  const [first, ...rest] = left;
  const sums = rest.map((other) => {
    const others = rest.filter((r) => r !== other);
    return unique(routes, [first, other]) + bestPairs(routes, others);
  });
  return Math.min(...sums);
}

let carved: models.Transformer;

beforeAll(async () => {
  const dense = models.denseTransformer({ layers: 3, width: 16, contextLength: LENGTH });
  await train.fit(dense, text, FIT);
  carved = carveAll(dense);
  dense.dispose();
  await train.fit(carved, text, FIT);
}, 120_000);

afterAll(() => carved.dispose());

describe('[read-me]', () => {
  test('an expert made of the neurons that fire for its domain does that domain better than one cut at random', () => {
    const gains = [1, 2, 3].map((seed) => {
      const width = 16;
      const [tasks, network] = [
        [0, 1, 2, 3].map((d) => makePieces({ width, clusters: 2, seed: 100 * seed + d })),
        makeNetwork({ gated: true, width, hidden: 64, seed })
      ];
      const batch = (step: number) =>
        tf.tidy(() => {
          const parts = tasks.map((task) => task.batch(step, 64));
          return { x: tf.concat(parts.map(({ x }) => x)), y: tf.concat(parts.map(({ y }) => y)) };
        });
      regress(network, batch, { steps: 120, seed });
      const domains = Array.from({ length: 256 }, (_, t) => Math.floor(t / 64));
      const [seen, unseen] = [2_000_000, 3_000_000].map(batch);
      const whole = outputOf(network, unseen.x);
      const error = (group: moe.NeuronGrouping) => {
        const { layer, report } = moe.carve(network, {
          ...{ experts: 4, k: 1, group, tokens: seen.x, domains, firing: 0.2, random: Random.fromSeed(seed) }
        });
        expect(report.routed.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: 64 }, (_, n) => n));
        // Each token to the expert of its domain, with weight 1.
        const router = routers.fixed({ table: [[0], [1], [2], [3]], by: 'domain' });
        const told = moe.layer({ ...layer.options, router });
        told.parameters().forEach((parameter, path) => parameter.assign(layer.parameters().get(path)!.variable));
        const ctx = Context.create();
        ctx.setState(core.stateKey<tf.Tensor1D>('domain'), tf.tensor1d(domains, 'int32'));
        const out = tf.tidy(() => told.apply(unseen.x, ctx).dataSync<'float32'>());
        ctx.dispose();
        [layer, told].forEach((each) => each.dispose());
        return mean(Array.from(out, (y, i) => (y - whole[i]) ** 2));
      };
      const gain = error('random') - error('activationSparsity');
      tf.dispose([seen, unseen] as tf.TensorContainer);
      [...tasks, network].forEach((each) => each.dispose());
      return gain;
    });
    expect(Math.min(...gains)).toBeGreaterThan(0);
  });

  test('the routes of all layers follow from what the first one receives', () => {
    const { ids } = sample();
    const [first] = moe.analysis.inputsOf(carved, ids).map(({ tokens }) => tokens);
    const layers = [...carved.modules().values()].filter((module) => module.kind === 'moe') as moe.MoeLayer[];
    const ctx = Context.create();
    // Before any layer has run: what they receive later is not known.
    const known = layers.map(({ router }, l) =>
      tf.tidy(() => {
        const routing = router.route(l === 0 ? first : tf.fill(first.shape, NaN), ctx) as routers.SparseRouting;
        return [...routing.indices.dataSync()];
      })
    );
    ctx.dispose();
    const used = () => recordsOf(carved, ids).map(({ indices }) => [...indices]);
    expect(used()).toEqual(known);
    // Nor does the backbone matter.
    setValue(carved, 'layers.0.moe.experts.w2', (w) => w.mul(-3));
    expect(used()).toEqual(known);
    setValue(carved, 'layers.0.moe.experts.w2', (w) => w.div(-3));
    expect(new Set(known.flat()).size).toBeGreaterThan(1);
    tf.dispose([ids, first]);
  });

  test('no policy misses less than Belady, and what is known ahead is loaded in time', () => {
    const { ids } = sample();
    const records = recordsOf(carved, ids);
    const generator = Random.fromSeed(1).generator();
    const random = Array.from({ length: 40 }, (_, trace) =>
      Array.from({ length: 120 }, () => [...new Set([0, 1].map(() => Math.floor(generator() * (4 + (trace % 9)))))])
    );
    const traces = [routesOf(records, 1).map(([expert]) => [expert]), ...random];
    let strictly = 0;
    for (const accesses of traces) {
      for (const capacity of [2, 3, 4]) {
        const misses = (options: Partial<sim.ExpertCacheOptions>) =>
          sim.expertCache({ accesses, capacity, ...options }).misses;
        const [least, lru] = [misses({ policy: 'belady' }), misses({ policy: 'lru' })];
        [lru, misses({ policy: 'lfu' }), misses({ lookahead: 4 })].forEach((other) =>
          expect(least).toBeLessThanOrEqual(other)
        );
        strictly += least < lru ? 1 : 0;
      }
    }
    expect(strictly).toBeGreaterThan(traces.length);
    const profile = { loadSeconds: 1, computeSeconds: 2 };
    const [ahead, blind] = [Infinity, 0].map((lookahead) =>
      sim.expertCache({ accesses: traces[1], capacity: 4, policy: 'belady', lookahead, profile })
    );
    expect(ahead.stallSeconds).toBeLessThan(blind.stallSeconds);
    ids.dispose();
  });

  test('batches by expert need fewer different experts', () => {
    const { ids } = sample();
    const routes = routesOf(recordsOf(carved, ids));
    const batchSize = 8;
    const { batches, uniqueExperts } = sim.batchByExperts({ routes, batchSize });
    const inOrder = batches.map((_, b) => Array.from({ length: batchSize }, (_, i) => b * batchSize + i));
    expect(batches.flat().sort((a, b) => a - b)).toEqual(inOrder.flat());
    expect(uniqueExperts).toEqual(batches.map((batch) => unique(routes, batch)));
    expect(mean(uniqueExperts)).toBeLessThan(mean(inOrder.map((batch) => unique(routes, batch))));
    ids.dispose();
  });

  test('batches of planted kinds are found, and pairs come near the best there are', () => {
    const generator = Random.fromSeed(2).generator();
    const kinds = Random.fromSeed(3).shuffle(Array.from({ length: 32 }, (_, r) => r % 4));
    const planted = sim.batchByExperts({ routes: kinds.map((kind) => [kind, 4 + kind]), batchSize: 8 });
    expect(planted.uniqueExperts).toEqual([2, 2, 2, 2]);
    const ratios = Array.from({ length: 20 }, () => {
      const routes = Array.from({ length: 8 }, () => [0, 1, 2].map((l) => 4 * l + Math.floor(generator() * 4)));
      const { uniqueExperts } = sim.batchByExperts({ routes, batchSize: 2 });
      return uniqueExperts.reduce((a, b) => a + b) / bestPairs(routes);
    });
    expect(Math.min(...ratios)).toBeGreaterThanOrEqual(1);
    expect(mean(ratios)).toBeLessThan(1.1);
  });

  test('routers of neighbouring layers say much the same', async () => {
    const { ids } = sample();
    const router = routers.topK({ k: 1 });
    for (const seed of [1, 2]) {
      const layered = models.moeTransformer({ layers: 3, width: 16, contextLength: LENGTH, experts: 8, router, seed });
      await train.fit(layered, text, { ...FIT, seed });
      const chosen = recordsOf(layered, ids).map(({ indices }) => [...indices]);
      for (const layer of [0, 1]) {
        const counts = chosen[layer + 1].flatMap((expert) => Array.from({ length: 8 }, (_, e) => +(e === expert)));
        const { score, shuffled } = telemetry.specialisation(counts, chosen[layer], {
          numExperts: 8,
          permutations: 20
        });
        expect(score).toBeGreaterThan(3 * shuffled);
        expect(score).toBeGreaterThan(0.2);
      }
      layered.dispose();
    }
    ids.dispose();
  });
});
