import { core, moe, routers, sim, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { setValue } from '../support/networks';
import { coefficientOfVariation } from '../support/pieces';
import { errorOf, mean, regress } from '../support/regression';
import type { Batches } from '../support/regression';

const { Context, Random } = core;

const [WIDTH, NODES, EXPERTS, CLUSTERS] = [16, 4, 8, 16];
const nodeOf = Array.from({ length: EXPERTS }, (_, expert) => Math.floor((expert * NODES) / EXPERTS));

/** Tokens in blocks, a node each; seven of ten are of the clusters that are at home there, each with a map to be learnt. */
function sharded(seed: number, numTokens = 256): Batches {
  return (step) => {
    const random = Random.fromSeed(seed);
    const next = random.child(step).generator();
    const cluster = Int32Array.from({ length: numTokens }, (_, t) => {
      const node = Math.floor((t * NODES) / numTokens);
      const any = Math.floor(next() * CLUSTERS);
      return next() < 0.7 ? node + NODES * Math.floor(any / NODES) : any;
    });
    const [x, y] = tf.tidy(() => {
      const of = tf.tensor1d(cluster, 'int32');
      const centres = random.child('centres').normal([CLUSTERS, WIDTH]).mul(2);
      const maps = random.child('maps').normal([CLUSTERS, WIDTH, WIDTH], 0, 1 / Math.sqrt(WIDTH));
      const x = tf.gather(centres, of).add(random.child(step).normal([numTokens, WIDTH], 0, 0.5));
      return [x, tf.matMul(x.expandDims(1), tf.gather(maps, of)).squeeze([1])];
    });
    return { x, y };
  };
}

function recordOf(layer: moe.MoeLayer, x: tf.Tensor): core.RoutingRecord {
  const records: core.RoutingRecord[] = [];
  const ctx = Context.create({ observers: [core.observer('routing', (record) => records.push(record))] });
  tf.tidy(() => void layer.apply(x, ctx));
  ctx.dispose();
  return records[0];
}

const links = { intra: { latency: 2e-6, bandwidth: 200e9 }, inter: { latency: 1e-5, bandwidth: 25e9 } };
const topology = sim.topology({ nodes: NODES, devicesPerNode: EXPERTS / NODES, links });
const deviceOf = Array.from({ length: EXPERTS }, (_, expert) => expert);

/** What a layer that was trained with this weight of the locality loss sends, and how well it does. */
function trained(coefficient: number, seed: number) {
  const balance: routers.BalanceOptions = {
    ...{ loss: { convention: 'switch', coefficient: 0.1 }, bias: { rate: 0.005 } },
    locality: { coefficient, nodeOf }
  };
  const shape = { experts: EXPERTS, width: WIDTH, hidden: 16, random: Random.fromSeed(seed) };
  const layer = moe.layer({ router: routers.topK({ k: 2, balance }), ...shape });
  regress(layer, sharded(seed), { steps: 200, seed });
  const { x, y } = sharded(seed, 1024)(5_000_000);
  const routing = recordOf(layer, x);
  const load = deviceOf.map((expert) => routing.indices.filter((each) => each === expert).length);
  const { interNode, bytes } = sim.traffic({ topology, routing, deviceOf, bytesPerToken: 4096 });
  const cost = sim.allToAll({ topology, bytes });
  const error = errorOf(layer, sharded(seed, 1024));
  tf.dispose([x, y]);
  layer.dispose();
  return { interNode, cv: coefficientOfVariation(load), error, bytes: cost.inter.bytes };
}

describe('[locmoe]', () => {
  test('the loss is 0 where all stays at home, and what leaves costs its logarithm', () => {
    tf.tidy(() => {
      const router = routers
        .topK({ k: 1, balance: { locality: { coefficient: 2, nodeOf: [0, 0, 1, 1], by: 'homes' } } })
        .build({ width: 2, numExperts: 4, random: Random.fromSeed(1) });
      const x = tf.tensor2d([1, 0, 0, 1, 1, 1], [3, 2]);
      const pass = Context.create({ training: true });
      pass.setState(core.stateKey<tf.Tensor1D>('homes'), tf.tensor1d([0, 1, 1], 'int32'));
      const { probs } = router.route(x, pass);
      const p = probs.arraySync() as number[][];
      const expected = -(Math.log(p[0][0] + p[0][1]) + Math.log(p[1][2] + p[1][3]) + Math.log(p[2][2] + p[2][3])) / 3;
      expect(pass.losses.get('/locality')!.dataSync()[0]).toBeCloseTo(2 * expected, 5);
      setValue(router, 'weight', () => tf.tensor2d([50, 0, -50, -50, -50, -50, 50, 0], [2, 4]));
      const away = Context.create({ training: true });
      away.setState(core.stateKey<tf.Tensor1D>('homes'), tf.tensor1d([0, 1], 'int32'));
      router.route(x.slice([0, 0], [2, -1]), away);
      expect(away.losses.get('/locality')!.dataSync()[0]).toBeCloseTo(0, 5);
      [pass, away].forEach((each) => each.dispose());
      router.dispose();
    });
  });

  test('the more the loss weighs, the less leaves the node, and the load stays even', () => {
    const weights = [0, 0.02, 0.1];
    const runs = weights.map((weight) => [1, 2, 3].map((seed) => trained(weight, seed)));
    const means = (name: keyof ReturnType<typeof trained>) => runs.map((run) => mean(run.map((each) => each[name])));
    for (const name of ['interNode', 'bytes'] as const) {
      const [none, little, much] = means(name);
      expect(little, name).toBeLessThan(none);
      expect(much, name).toBeLessThan(little);
    }
    expect(Math.max(...means('cv'))).toBeLessThan(0.2);
    const errors = means('error');
    expect(errors[2] / errors[0]).toBeLessThan(1.25);
  });

  test('where tokens lie on a circle, the threshold is exact: one place less drops tokens', () => {
    const [numTokens, numExperts] = [96, 6];
    const angles = (count: number, offset: number) =>
      Array.from({ length: count }, (_, i) => (2 * Math.PI * (i + offset)) / count);
    const points = (of: number[]) => tf.tensor2d(of.map((a) => [Math.cos(a), Math.sin(a)]));
    const x = points(angles(numTokens, 0.5));
    const capacity = moe.capacityThreshold({ width: 2, numTokens, angle: Math.PI / numExperts });
    expect(capacity).toBe(numTokens / numExperts);
    const dropped = (places: number) => {
      const shape = { experts: numExperts, width: 2, hidden: 2, random: Random.fromSeed(1) };
      const capacityFactor = (places * numExperts) / numTokens;
      const layer = moe.layer({ router: routers.topK({ k: 1 }), capacityFactor, ...shape });
      setValue(layer, 'router.weight', () => points(angles(numExperts, 0)).transpose());
      const record = recordOf(layer, x);
      layer.dispose();
      return record.dropped?.reduce((a, b) => a + b, 0);
    };
    expect([dropped(capacity), dropped(capacity - 1)]).toEqual([0, numExperts]);
    x.dispose();
  });

  test.each([3, 8, 16])(
    'tokens in all directions of width %i: the share of a cap is right, and nothing is dropped',
    (width) => {
      const numTokens = 4000;
      const unit = (shape: number[], seed: number, axis: number) =>
        tf.tidy(() => {
          const x = Random.fromSeed(seed).normal(shape);
          return x.div(x.norm(2, axis, true)) as tf.Tensor2D;
        });
      const x = unit([numTokens, width], 1, 1);
      for (const angle of [0.9, 1.3, 2]) {
        const share = moe.capacityThreshold({ width, numTokens: 1e9, angle }) / 1e9;
        const counted = tf.tidy(() => x.slice([0, 0], [-1, 1]).greaterEqual(Math.cos(angle)).mean().dataSync()[0]);
        expect(Math.abs(counted - share)).toBeLessThan(4 * Math.sqrt((share * (1 - share)) / numTokens));
      }
      const weight = unit([width, EXPERTS], 2, 0);
      // Of the tokens that choose an expert, the one farthest from its column.
      const angle = Math.acos(tf.tidy(() => x.matMul(weight).max(1).min().dataSync()[0]));
      const capacity = moe.capacityThreshold({ width, numTokens, angle });
      const shape = { experts: EXPERTS, width, hidden: 2, random: Random.fromSeed(1) };
      const layer = moe.layer({
        ...shape,
        router: routers.topK({ k: 1 }),
        capacityFactor: (capacity * EXPERTS) / numTokens
      });
      setValue(layer, 'router.weight', () => weight);
      expect(recordOf(layer, x).dropped?.some((each) => each === 1)).toBe(false);
      tf.dispose([x, weight]);
      layer.dispose();
    }
  );
});
