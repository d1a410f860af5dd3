import { core, moe, routers, tf } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';
import { overTenSeeds } from '../support/paired';
import { makePieces } from '../support/pieces';
import { errorOf, mean, regress } from '../support/regression';
import { choicesOf } from '../support/stack';

const { Random } = core;

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
  const measured = { ...sparsities(choicesOf(layer, x)[0]), error: errorOf(layer, (step) => task.batch(step, 1024)) };
  tf.dispose([x, y]);
  layer.dispose();
  task.dispose();
  return measured;
}

test('[blockffn] what the chunk losses change, as a share of what it is without them', async () => {
  const { token, chunk, spread, error } = await overTenSeeds('blockffn', (seed) => {
    const [off, on] = [null, { sparsity: 0.2, locality: 3e-3 }].map((each) => fit(seed, each));
    // How many times as many experts eight tokens use as one does.
    const spreadOf = (each: Sparsity) => (1 - each.chunk) / (1 - each.token);
    return {
      token: on.token / off.token - 1,
      chunk: on.chunk / off.chunk - 1,
      spread: spreadOf(on) / spreadOf(off) - 1,
      error: on.error / off.error - 1
    };
  });
  expect([chunk.verdict, spread.verdict, error.verdict]).toEqual(['above', 'below', 'above']);
  // Tokens stay about as sparse as they were.
  expect(Math.abs(token.mean)).toBeLessThan(0.1);
});
