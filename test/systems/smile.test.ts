import { core, routers, sim, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { setValue } from '../support/networks';
import { expectClose } from '../support/numeric';

const { Context, Random } = core;
const links = { intra: { latency: 2e-6, bandwidth: 200e9 }, inter: { latency: 1e-5, bandwidth: 25e9 } };
const shape = { width: 16, numExperts: 16, random: Random.fromSeed(1) };

function route(spec: routers.RouterSpec): routers.SparseRouting {
  const router = spec.build(shape);
  const x = Random.fromSeed(2).normal([64, shape.width]) as tf.Tensor2D;
  const routing = router.route(x, Context.create()) as routers.SparseRouting;
  x.dispose();
  router.dispose();
  return routing;
}

/** What 64 tokens send over a cluster that holds an expert on each device. */
function trafficOf({ indices, numTokens, numExperts, k }: routers.SparseRouting, topology: sim.Topology): sim.Traffic {
  const routing = { indices: indices.dataSync<'int32'>() as Int32Array, numTokens, numExperts, k, dropped: null };
  const deviceOf = Array.from({ length: numExperts }, (_, e) => e);
  return sim.traffic({ topology, routing, deviceOf, bytesPerToken: 64 });
}

describe('[smile]', () => {
  test.each([1, 2, 4, 16])('the probabilities over all experts of %i nodes sum to one', (nodes) => {
    const { probs } = route(routers.bilevel({ nodes, k: 2 }));
    expectClose(
      tf.tidy(() => probs.sum(1)),
      new Array<number>(64).fill(1)
    );
  });

  test('one node is the flat router', () => {
    const bilevel = route(routers.bilevel({ nodes: 1, k: 2 }));
    const flat = route(routers.topK({ k: 2, renormalize: false }));
    expect(bilevel.indices.arraySync()).toEqual(flat.indices.arraySync());
    expectClose(bilevel.probs, flat.probs);
    expectClose(bilevel.weights, flat.weights);
    // More nodes are not.
    expect(route(routers.bilevel({ nodes: 4, k: 2 })).indices.arraySync()).not.toEqual(flat.indices.arraySync());
  });

  test('the experts of a token are on one node, so its copies cross the slow network to one node only', () => {
    const nodesOf = (spec: routers.RouterSpec) =>
      (route(spec).indices.arraySync() as number[][]).map(
        (experts) => new Set(experts.map((e) => Math.floor(e / 4))).size
      );
    expect(new Set(nodesOf(routers.bilevel({ nodes: 4, k: 4 })))).toEqual(new Set([1]));
    expect(Math.max(...nodesOf(routers.topK({ k: 4 })))).toBeGreaterThan(1);
  });

  test('both levels are balanced: the losses over nodes and within them, by hand', () => {
    const [nodes, perNode, tokens] = [4, 4, 64];
    const router = routers.bilevel({ nodes, balance: [0.3, 0.2] }).build(shape);
    ['weight', 'nodeWeight'].forEach((path) => setValue(router, path, (w) => w.mul(10)));
    const ctx = Context.create({ training: true });
    const [probs, chosen] = tf.tidy(() => {
      const x = Random.fromSeed(2).normal([tokens, shape.width]) as tf.Tensor2D;
      const routing = router.route(x, ctx) as routers.SparseRouting;
      return [routing.probs.arraySync(), (routing.indices.arraySync() as number[][]).map(([expert]) => expert)];
    });
    const of = (n: number, row: number[]) => row.slice(n * perNode, (n + 1) * perNode);
    const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
    const mean = (values: readonly number[]) => sum(values) / values.length;
    /** How many there are, times the sum of shares of choices times mean probabilities. */
    const balance = (rows: number[][], picks: number[]) =>
      rows[0].length *
      sum(rows[0].map((_, e) => mean(picks.map((pick) => Number(pick === e))) * mean(rows.map((row) => row[e]))));
    const ofNodes = probs.map((row) => Array.from({ length: nodes }, (_, n) => sum(of(n, row))));
    const loss = (name: string) => ctx.losses.get(`/${name}`)!.dataSync()[0];
    expect(loss('nodes')).toBeCloseTo(
      0.3 *
        balance(
          ofNodes,
          chosen.map((expert) => Math.floor(expert / perNode))
        ),
      4
    );
    const within = Array.from({ length: nodes }, (_, n) => {
      const own = Array.from({ length: tokens }, (_, t) => t).filter((t) => Math.floor(chosen[t] / perNode) === n);
      const rows = own.map((t) => of(n, probs[t]).map((p) => p / ofNodes[t][n]));
      return own.length === 0
        ? 0
        : (own.length / tokens) *
            balance(
              rows,
              own.map((t) => chosen[t] % perNode)
            );
    });
    expect(loss('withinNodes')).toBeCloseTo(0.2 * sum(within), 4);
    expect(sum(within)).toBeGreaterThan(1.05);
    ctx.dispose();
    router.dispose();
  });

  test.each([
    [2, 4],
    [4, 4],
    [8, 8]
  ])('%i nodes of %i devices: a device sends to n - 1 + m - 1 peers instead of n m - 1', (nodes, devicesPerNode) => {
    const topology = sim.topology({ nodes, devicesPerNode, links });
    const peers = nodes * devicesPerNode;
    const bytes = Array.from({ length: peers }, () => new Array<number>(peers).fill(1000));
    const flat = sim.allToAll({ topology, bytes });
    const bilevel = sim.allToAll({ topology, bytes, algorithm: 'bilevel' });
    expect(flat.intra.maxMessages + flat.inter.maxMessages).toBe(nodes * devicesPerNode - 1);
    expect(bilevel.intra.maxMessages).toBe(devicesPerNode - 1);
    expect(bilevel.inter.maxMessages).toBe(nodes - 1);
    // Small messages: what counts is how many there are.
    expect(bilevel.seconds).toBeLessThan(flat.seconds);
  });

  test('what the router decides is sent whole, in fewer messages between nodes', () => {
    const topology = sim.topology({ nodes: 4, devicesPerNode: 4, links });
    const { bytes } = trafficOf(route(routers.bilevel({ nodes: 4, k: 2 })), topology);
    expect(bytes.flat().reduce((a, b) => a + b)).toBe(64 * 2 * 64);
    const [flat, bilevel] = (['flat', 'bilevel'] as const).map((algorithm) =>
      sim.allToAll({ topology, bytes, algorithm })
    );
    expect(bilevel.inter.bytes).toBe(flat.inter.bytes);
    expect(bilevel.inter.messages).toBeLessThan(flat.inter.messages);
    expect(bilevel.inter.maxMessages).toBeLessThanOrEqual(3);
  });
});
