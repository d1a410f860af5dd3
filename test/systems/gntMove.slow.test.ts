import { core, moe, tf } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';
import { field, makeLayer } from '../support/gntMove';
import { overTenSeeds } from '../support/paired';
import { errorOf, regress } from '../support/regression';

const POINTS = 64;
const PAIRS = Array.from({ length: POINTS }, (_, i) => [i, POINTS + i]);
const FAR = Array.from({ length: POINTS }, (_, i) => [i, (i + POINTS / 2) % POINTS]);

function consistency(layer: moe.MoeLayer, pairs: number[][], x: tf.Tensor, ctx: core.Context): tf.Scalar {
  const { probs } = layer.router.route(x as tf.Tensor2D, ctx.within('consistency'));
  return moe.neighbourConsistencyLoss(probs, tf.tensor2d(pairs, undefined, 'int32'));
}

/** A layer with the permanent expert and the loss, or without either, after 150 steps. */
function run(on: boolean, seed: number): { near: number; far: number; error: number } {
  const batches = field(seed);
  const layer = makeLayer(on, seed);
  const extra = (x: tf.Tensor, ctx: core.Context) => consistency(layer, PAIRS, x, ctx);
  regress(layer, batches, { steps: 150, seed, extra: on ? extra : undefined });
  const { x, y } = batches(9_000_000);
  const divergence = (pairs: number[][]) =>
    tf.tidy(() => consistency(layer, pairs, x, core.Context.create()).dataSync()[0]);
  const result = { near: divergence(PAIRS), far: divergence(FAR), error: errorOf(layer, batches) };
  tf.dispose([x, y]);
  layer.dispose();
  return result;
}

test('[gnt-move] divergence between neighbours and error on unseen points, without less with; ln of distant over near', async () => {
  const { near, error, apart } = await overTenSeeds('gnt-move', (seed) => {
    const [without, both] = [false, true].map((on) => run(on, seed));
    return {
      near: without.near - both.near,
      error: without.error - both.error,
      apart: Math.log(both.far / both.near)
    };
  });
  expect([near.verdict, error.verdict, apart.verdict]).toEqual(['above', 'above', 'above']);
});
