import { core, moe, routers, sim, tf } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';
import { recordsOf } from '../support/conflict';
import { overTenSeeds } from '../support/paired';
import { coefficientOfVariation } from '../support/pieces';
import { errorOf, regress } from '../support/regression';
import type { Batches } from '../support/regression';

const { Random } = core;

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
  const routing = recordsOf(layer, x)[0];
  const load = deviceOf.map((expert) => routing.indices.filter((each) => each === expert).length);
  const { interNode, bytes } = sim.traffic({ topology, routing, deviceOf, bytesPerToken: 4096 });
  const cost = sim.allToAll({ topology, bytes });
  const error = errorOf(layer, sharded(seed, 1024));
  tf.dispose([x, y]);
  layer.dispose();
  return { interNode, cv: coefficientOfVariation(load), error, bytes: cost.inter.bytes };
}

test('[locmoe] what leaves the node, the bytes and the error without the loss, less those with it; how far the load is from uneven', async () => {
  const { little, much, bytes, even, error } = await overTenSeeds('locmoe', (seed) => {
    const [none, some, most] = [0, 0.02, 0.1].map((weight) => trained(weight, seed));
    return {
      little: none.interNode - some.interNode,
      much: some.interNode - most.interNode,
      bytes: 1 - most.bytes / none.bytes,
      even: 0.2 - Math.max(none.cv, some.cv, most.cv),
      error: most.error / none.error - 1
    };
  });
  // The error rises: that it stays within 1 %, as is claimed, does not hold here.
  expect([little, much, bytes, even, error].map(({ verdict }) => verdict)).toEqual([
    'above',
    'above',
    'above',
    'above',
    'above'
  ]);
});
