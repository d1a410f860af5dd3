import { core, models, moe, routers, sim, tf, train } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { makeLanguage } from '../support/language';
import { expectClose } from '../support/numeric';

const { Context, Random } = core;

const WIDTH = 8;
const LINKS = { intra: { latency: 1e-6, bandwidth: 1e11 }, inter: { latency: 1e-5, bandwidth: 1e10 } };
const shape = (numExperts: number) => ({ width: WIDTH, numExperts, random: Random.fromSeed(1) });
const tokens = (count = 40) => Random.fromSeed(2).normal([count, WIDTH]) as tf.Tensor2D;

describe('[smile]', () => {
  test('the product gate sums to one over all experts, and a choice keeps to its node', () => {
    const router = routers.bilevel({ nodes: 4, k: 2 }).build(shape(16));
    tf.tidy(() => {
      const { probs, indices, weights } = router.route(tokens(), Context.create()) as routers.SparseRouting;
      expectClose(probs.sum(1), new Float32Array(40).fill(1), 1e-6);
      const [of, chosen, gates] = [probs.arraySync(), indices.arraySync(), weights.arraySync()];
      chosen.forEach((row, t) => {
        const ofNode = [0, 1, 2, 3].map((node) => of[t].slice(4 * node, 4 * node + 4).reduce((a, b) => a + b));
        const node = ofNode.indexOf(Math.max(...ofNode));
        row.forEach((expert, j) => {
          expect(Math.floor(expert / 4)).toBe(node);
          expect(gates[t][j]).toBeCloseTo(of[t][expert], 6);
        });
      });
      // Some token's best expert of all stands elsewhere: the node comes first.
      expect(of.some((row, t) => row.indexOf(Math.max(...row)) !== chosen[t][0])).toBe(true);
    });
    router.dispose();
  });

  test('one node is the flat router', () => {
    const [one, flat] = [routers.bilevel({ nodes: 1, k: 2 }), routers.topK({ k: 2, renormalize: false })].map((spec) =>
      spec.build(shape(8))
    );
    tf.tidy(() => {
      const [a, b] = [one, flat].map((router) => router.route(tokens(), Context.create()) as routers.SparseRouting);
      expect(a.indices.arraySync()).toEqual(b.indices.arraySync());
      expectClose(a.weights, b.weights, 1e-6);
    });
    [one, flat].forEach((router) => router.dispose());
  });

  test.each([
    [2, 4],
    [4, 4],
    [8, 2]
  ])('%i nodes of %i: a device sends (n - 1) + (m - 1) messages, not n m - 1', (nodes, devicesPerNode) => {
    const topology = sim.topology({ nodes, devicesPerNode, links: LINKS });
    const numExperts = nodes * devicesPerNode;
    const layer = moe.layer({ ...shape(numExperts), router: routers.bilevel({ nodes }), hidden: 4 });
    const records: core.RoutingRecord[] = [];
    tf.tidy(
      () =>
        void layer.apply(tokens(numExperts * 400), Context.create({ observer: { observe: (r) => records.push(r) } }))
    );
    const deviceOf = Int32Array.from({ length: numExperts }, (_, e) => e);
    const { bytes } = sim.traffic({ topology, routing: records[0], deviceOf, bytesPerToken: 4 * WIDTH });
    const [flat, bilevel] = (['flat', 'bilevel'] as const).map((algorithm) =>
      sim.allToAll({ topology, bytes, algorithm })
    );
    expect(flat.intra.maxMessages + flat.inter.maxMessages).toBe(numExperts - 1);
    expect(bilevel.inter.maxMessages).toBe(nodes - 1);
    expect(bilevel.intra.maxMessages).toBe(devicesPerNode - 1);
    layer.dispose();
  });

  test('it learns text as well as the flat router, within 1 %', async () => {
    const losses: number[] = [];
    for (const router of [routers.bilevel({ nodes: 2 }), routers.topK({ k: 1 })]) {
      let sum = 0;
      for (const seed of [1, 2]) {
        const size = { layers: 1, width: 32, hidden: 32, contextLength: 32, experts: 8, seed };
        const model = models.moeTransformer({ ...size, router });
        const options = { steps: 120, seed, batchSize: 8, evaluateEvery: 120, progress: false };
        const { validation } = await train.fit(model, makeLanguage(), options);
        sum += validation[validation.length - 1].loss;
        model.dispose();
      }
      losses.push(sum / 2);
    }
    expect(losses[0]).toBeLessThanOrEqual(1.01 * losses[1]);
  }, 120_000);
});
