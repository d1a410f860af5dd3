import { core, layers, peft, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { makeConflict, recordsOf } from '../support/conflict';
import { makeTokens, outputOf, valuesOf } from '../support/networks';
import { expectClose } from '../support/numeric';
import type { Batches } from '../support/regression';
import { errorOf, mean, regress } from '../support/regression';

const { Context, Random } = core;

const WIDTH = 16;
const TOKENS = 128;
const SEEDS = [1, 2, 3];

function frozenNetwork(seed: number): core.Module {
  const random = Random.fromSeed(seed);
  return new layers.Sequential([new layers.FeedForward({ width: WIDTH, hidden: 32, bias: false, random })]);
}

const adapt = (network: core.Module, seed: number) =>
  peft.moeAdapters(network, { targets: ['0'], domains: 2, hidden: 16, seed });

/** The tokens of one domain only. */
function ofDomain(batches: Batches, domain: number): Batches {
  return (step) =>
    tf.tidy(() => {
      const { x, y } = batches(step);
      const rows = (t: tf.Tensor) => t.slice([(domain * TOKENS) / 2, 0], [TOKENS / 2, -1]);
      return { x: rows(x), y: rows(y) };
    });
}

/** Both stages: each domain's adapter on its own tokens, then router and task adapter on all. */
function trainStages(adapters: peft.DomainAdapters, batches: Batches, seed: number): void {
  for (const domain of [0, 1]) {
    adapters.trainDomain(domain);
    const wanted = (path: string) => adapters.parameters().get(path)!.trainable;
    regress(adapters, ofDomain(batches, domain), { steps: 100, seed, wanted });
  }
  adapters.trainMixture();
  regress(adapters, batches, { steps: 100, seed, wanted: (path) => adapters.parameters().get(path)!.trainable });
}

/** How far from the frozen network, on tokens of neither domain. */
function drift(module: core.Module, frozen: core.Module): number {
  const x = makeTokens(256, WIDTH, 77);
  const value = tf.tidy(() => {
    const run = (m: core.Module) => m.apply(x, Context.create());
    return tf.losses.meanSquaredError(run(frozen), run(module)).dataSync()[0];
  });
  x.dispose();
  return value;
}

describe('[mixda]', () => {
  test('adapters add nothing at first, in either stage', () => {
    const network = frozenNetwork(1);
    const x = makeTokens(20, WIDTH);
    const before = outputOf(network, x);
    const adapters = adapt(network, 1);
    expectClose(outputOf(adapters, x), before, 1e-7);
    adapters.trainMixture();
    expectClose(outputOf(adapters, x), before, 1e-7);
    x.dispose();
    adapters.remove();
    network.dispose();
  });

  test('a stage trains what is its own, and never the network', () => {
    const network = frozenNetwork(1);
    const adapters = adapt(network, 1);
    const trained = () =>
      new Set([...adapters.parameters()].filter(([, p]) => p.trainable).map(([path]) => path.split('.')[1]));
    expect(trained()).toEqual(new Set(['domain0']));
    adapters.trainDomain(1);
    expect(trained()).toEqual(new Set(['domain1']));
    adapters.trainMixture();
    expect(trained()).toEqual(new Set(['task', 'router']));
    expect(() => adapters.trainDomain(2)).toThrow('domain must be 0..1, got 2');
    const before = valuesOf(network);
    trainStages(adapters, makeConflict(frozenNetwork(1), { seed: 1, numTokens: TOKENS }).batches, 1);
    expect(valuesOf(network)).toEqual(before);
    adapters.remove();
    network.dispose();
  });

  test('the router weighs a domain its own adapter most, and what the network knew is lost less than by fine-tuning', () => {
    const runs = SEEDS.map((seed) => {
      const network = frozenNetwork(seed);
      const { batches, tasks } = makeConflict(frozenNetwork(seed), { seed, numTokens: TOKENS });
      const adapters = adapt(network, seed);
      trainStages(adapters, batches, seed);
      const { x, y } = batches(9_000_000);
      const [{ indices, weights, k }] = recordsOf(adapters, x);
      // Mean weight of a domain's own adapter less that of the other's.
      const lead = indices.reduce((sum, expert, i) => {
        const task = tasks[Math.floor(i / k)];
        return sum + (expert > 1 ? 0 : expert === task ? weights[i] : -weights[i]) / TOKENS;
      }, 0);
      tf.dispose([x, y]);
      const error = errorOf(adapters, batches);
      const drifted = drift(adapters, frozenNetwork(seed));
      adapters.remove();
      regress(network, batches, { steps: 300, seed });
      const tuned = { error: errorOf(network, batches), drift: drift(network, frozenNetwork(seed)) };
      network.dispose();
      return { lead, error, drift: drifted, tuned };
    });
    runs.forEach(({ lead }) => expect(lead).toBeGreaterThan(0.1));
    expect(mean(runs.map(({ tuned, drift: own }) => tuned.drift - own))).toBeGreaterThan(0);
  });
});
