import { core, moe, routers, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { makePieces } from '../support/pieces';
import { expectClose } from '../support/numeric';
import { mean, regress } from '../support/regression';
import { choicesOf } from '../support/stack';

const { Context, Random } = core;

const EXPERTS = 16;
const WIDTH = 16;
const CHUNK = 8;

interface Sparsity {
  token: number;
  chunk: number;
}

/** Shares of experts that a token, and that eight tokens together, leave alone. */
function sparsities(choices: number[][]): Sparsity {
  const used = (rows: number[][]) => new Set(rows.flat().filter((expert) => expert >= 0)).size;
  const unused = (size: number) =>
    1 -
    mean(Array.from({ length: choices.length / size }, (_, i) => used(choices.slice(i * size, (i + 1) * size)))) /
      EXPERTS;
  return { token: unused(1), chunk: unused(CHUNK) };
}

/** Chunks of eight tokens, each of one of four topics. */
function fit(seed: number, chunk: routers.ChunkOptions | null) {
  const task = makePieces({ clusters: 16, topics: 4, run: CHUNK, width: WIDTH, seed });
  const router = routers.relu({ k: 4, l1: 1e-2, growth: 1.02, norm: 'rms', chunk });
  const layer = moe.layer({ router, experts: EXPERTS, width: WIDTH, hidden: 16, random: Random.fromSeed(seed) });
  regress(layer, (step) => task.batch(step, 128), { steps: 300, seed });
  const { x, y } = task.batch(1_000_000, 1024);
  const measured = sparsities(choicesOf(layer, x)[0]);
  tf.dispose([x, y]);
  layer.dispose();
  task.dispose();
  return measured;
}

describe('[blockffn]', () => {
  test('the router is a ReLU, then a root mean square norm: the set of experts varies, the scale does not', () => {
    const shape = () => ({ width: WIDTH, numExperts: EXPERTS, random: Random.fromSeed(1) });
    const [plain, normed] = (['none', 'rms'] as const).map((norm) => routers.relu({ k: 4, norm }).build(shape()));
    tf.tidy(() => {
      const x = Random.fromSeed(2).normal([64, WIDTH]) as tf.Tensor2D;
      const weights = (router: routers.Router, of: tf.Tensor2D) =>
        routers.denseWeights(router.route(of, Context.create()));
      const gates = weights(plain, x);
      expectClose(weights(normed, x), gates.div(gates.square().mean(1, true).sqrt()), 1e-4);
      expectClose(weights(normed, x), weights(normed, x.mul(10)), 1e-3);
      const counts = gates.greater(0).sum(1).dataSync();
      expect(new Set(counts).size).toBeGreaterThan(4);
    });
    [plain, normed].forEach((router) => router.dispose());
  });

  test('with the chunk losses eight tokens leave more experts alone, each token as many', () => {
    const runs = [1, 2, 3].map((seed) => [null, { sparsity: 0.2, locality: 3e-3 }].map((chunk) => fit(seed, chunk)));
    runs.flat().forEach(({ token, chunk }) => expect(chunk).toBeLessThanOrEqual(token));
    const over = (value: (each: Sparsity) => number) => mean(runs.map(([off, on]) => value(on) / value(off) - 1));
    expect(Math.abs(over(({ token }) => token))).toBeLessThan(0.05);
    expect(over(({ chunk }) => chunk)).toBeGreaterThan(0.3);
    // How many times as many experts eight tokens use as one does.
    expect(over(({ token, chunk }) => (1 - chunk) / (1 - token))).toBeLessThan(-0.05);
  }, 300_000);
});
