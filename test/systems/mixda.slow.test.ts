import { core, tf } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';
import { makeConflict, recordsOf } from '../support/conflict';
import { adaptDomains, trainStages } from '../support/mixda';
import { frozenFeedForward, makeTokens } from '../support/networks';
import { overTenSeeds } from '../support/paired';
import { errorOf, regress } from '../support/regression';

const TOKENS = 128;

/** How far from the frozen network, on tokens of neither domain. */
function drift(module: core.Module, frozen: core.Module): number {
  const x = makeTokens(256, 16, 77);
  const value = tf.tidy(() => {
    const run = (m: core.Module) => m.apply(x, core.Context.create());
    return tf.losses.meanSquaredError(run(frozen), run(module)).dataSync()[0];
  });
  x.dispose();
  return value;
}

/** Mean weight of the adapter of a token's own domain less that of the other's. */
function leadOf({ indices, weights, k }: core.RoutingRecord, tasks: readonly number[]): number {
  return indices.reduce((sum, expert, i) => {
    const task = tasks[Math.floor(i / k)];
    return sum + (expert > 1 ? 0 : expert === task ? weights[i] : -weights[i]) / tasks.length;
  }, 0);
}

test("[mixda] lead of a domain's own adapter; drift on tokens of neither domain, and error, of fine-tuning less those of adapters", async () => {
  const { lead, drifted, error } = await overTenSeeds('mixda', (seed) => {
    const network = frozenFeedForward(seed);
    const frozen = frozenFeedForward(seed);
    const { batches, tasks } = makeConflict(frozen, { seed, numTokens: TOKENS });
    const adapters = adaptDomains(network, seed);
    trainStages(adapters, batches, seed, 100);
    const { x, y } = batches(9_000_000);
    const [record] = recordsOf(adapters, x);
    tf.dispose([x, y]);
    const own = { error: errorOf(adapters, batches), drift: drift(adapters, frozen) };
    adapters.remove();
    regress(network, batches, { steps: 300, seed });
    const tuned = { error: errorOf(network, batches), drift: drift(network, frozen) };
    [network, frozen].forEach((each) => each.dispose());
    return { lead: leadOf(record, tasks), drifted: tuned.drift - own.drift, error: tuned.error - own.error };
  });
  expect([lead.verdict, error.verdict, drifted.verdict]).toEqual(['above', 'above', 'undecided']);
});
