import { core, layers, models, peft, train } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { makeConflict, recordsOf } from '../support/conflict';
import { makeTokens, outputOf, valuesOf } from '../support/networks';
import { expectClose } from '../support/numeric';
import { coefficientOfVariation } from '../support/pieces';
import { errorOf, mean, regress } from '../support/regression';
import { SHORT, smallText } from '../support/runs';

const WIDTH = 16;
const HIDDEN = 32;
const SEEDS = [1, 2, 3];

/** A network in a sequence, so that it has a path. */
function frozenNetwork(seed: number): core.Module {
  const random = core.Random.fromSeed(seed);
  return new layers.Sequential([new layers.FeedForward({ width: WIDTH, hidden: HIDDEN, bias: false, random })]);
}

const mixture = (experts: number, rank: number, balanceLoss: number, seed: number) => ({
  ...{ targets: ['0'], granularity: 'adapter' as const, experts, rank, k: 2, balanceLoss, seed }
});

describe('[mixlora]', () => {
  test('at first the network computes what it did', () => {
    const network = frozenNetwork(1);
    const x = makeTokens(40, WIDTH);
    const before = outputOf(network, x);
    const adapters = peft.moeLora(network, mixture(4, 2, 0.01, 1));
    expectClose(outputOf(adapters, x), before, 1e-6);
    adapters.remove();
    x.dispose();
    network.dispose();
  });

  test('training moves the experts, the router and the attention adapters, and no weight of the model', async () => {
    const model = models.denseTransformer({ layers: 2, width: 16, contextLength: 16 });
    const before = valuesOf(model);
    const adapters = peft.moeLora(model, {
      ...{ targets: ['layers.*.feedForward'], granularity: 'adapter', experts: 4, rank: 2, k: 2 },
      lora: { targets: ['layers.*.attention.qkv'], rank: 3 }
    });
    const first = valuesOf(adapters);
    await train.fit(adapters, smallText(), { ...SHORT, steps: 10 });
    expect(valuesOf(model)).toEqual(before);
    const last = valuesOf(adapters);
    expect(Object.keys(last).filter((path) => last[path].every((value, i) => value === first[path][i]))).toEqual([]);
    expect(last['layers.0.attention.qkv.weight.a']).toHaveLength(16 * 3);
    adapters.remove();
    model.dispose();
  });

  test('the balancing loss evens the load out', () => {
    const variations = SEEDS.map((seed) =>
      [0, 0.05].map((balanceLoss) => {
        const network = frozenNetwork(seed);
        const { batches } = makeConflict(frozenNetwork(seed), { seed });
        const adapters = peft.moeLora(network, mixture(8, 2, balanceLoss, seed));
        regress(adapters, batches, { steps: 150, seed });
        const { x, y } = batches(9_000_000);
        const load = new Array<number>(8).fill(0);
        recordsOf(adapters, x)[0].indices.forEach((expert) => load[expert]++);
        [x, y].forEach((tensor) => tensor.dispose());
        adapters.remove();
        network.dispose();
        return coefficientOfVariation(load);
      })
    );
    expect(mean(variations.map(([without, balanced]) => without - balanced))).toBeGreaterThan(0);
  });

  test('two tasks lose less than with one adapter of as many trained values', () => {
    const runs = SEEDS.map((seed) => {
      const network = frozenNetwork(seed);
      const { batches } = makeConflict(frozenNetwork(seed), { seed });
      const measure = (adapters: peft.Adapters) => {
        regress(adapters, batches, { steps: 150, seed });
        const result = { error: errorOf(adapters, batches), trained: adapters.trainableShare().trainable };
        adapters.remove();
        return result;
      };
      const mixed = measure(peft.moeLora(network, mixture(4, 2, 0.01, seed)));
      // 4 x 2 ranks, and one more that pays for the router.
      const single = measure(peft.lora(network, { targets: ['0'], rank: 9, seed }));
      network.dispose();
      return { mixed, single };
    });
    runs.forEach(({ mixed, single }) => expect(mixed.trained).toBeLessThanOrEqual(single.trained));
    expect(mean(runs.map(({ mixed, single }) => single.error - mixed.error))).toBeGreaterThan(0);
  });
});
