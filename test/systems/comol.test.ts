import { core, layers, peft, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { firstChoices, makeConflict, mutualInformation, recordsOf } from '../support/conflict';
import { makeTokens, outputOf, setValue } from '../support/networks';
import { expectClose } from '../support/numeric';
import { errorOf, mean, regress } from '../support/regression';

const { Random } = core;

const WIDTH = 16;
const SEEDS = [1, 2, 3];

function frozenLinear(seed: number): core.Module {
  const random = Random.fromSeed(seed);
  return new layers.Sequential([new layers.Linear({ inputWidth: WIDTH, outputWidth: WIDTH, bias: false, random })]);
}

const cores = (experts: number, rank: number, seed = 0) => ({
  ...{ targets: ['0'], granularity: 'coreSpace' as const, experts, rank, balanceLoss: 0, seed }
});

describe('[comol]', () => {
  test('one expert whose core is the identity is a plain adapter', () => {
    const network = frozenLinear(1);
    const x = makeTokens(20, WIDTH);
    const plain = peft.lora(network, { targets: ['0'], rank: 4 });
    setValue(plain, '0.weight.b', (b) => Random.fromSeed(2).normal(b.shape));
    const expected = outputOf(plain, x);
    plain.detach();
    const mixed = peft.moeLora(network, cores(1, 4));
    const [a, b] = ['a', 'b'].map((name) => plain.parameters().get(`0.weight.${name}`)!);
    setValue(mixed, '0.low.a', () => a.read().clone());
    setValue(mixed, '0.low.b', () => b.read().clone());
    setValue(mixed, '0.cores', () => tf.eye(4).expandDims(0));
    expectClose(outputOf(mixed, x), expected, 1e-6);
    x.dispose();
    [mixed, plain].forEach((adapters) => adapters.remove());
    network.dispose();
  });

  test('experts are merged into one core for each token', () => {
    const network = frozenLinear(1);
    const x = makeTokens(6, WIDTH);
    const before = outputOf(network, x);
    const mixed = peft.moeLora(network, cores(3, 4));
    setValue(mixed, '0.low.b', (b) => Random.fromSeed(2).normal(b.shape));
    setValue(mixed, '0.cores', (c) => Random.fromSeed(3).normal(c.shape));
    const [a, b, all, router] = ['low.a', 'low.b', 'cores', 'router.weight'].map(
      (name) => mixed.parameters().get(`0.${name}`)!.variable as unknown as tf.Tensor2D
    );
    const expected = tf.tidy(() => {
      const inner = x.matMul(a);
      const gates = tf.softmax(inner.matMul(router)).unstack();
      const rows = gates.map((gate, t) => {
        const core = (all as tf.Tensor).mul(gate.reshape([3, 1, 1])).sum<tf.Tensor2D>(0);
        return inner.slice([t, 0], [1, -1]).matMul(core).matMul(b);
      });
      return tf
        .concat(rows)
        .add(tf.tensor2d(before, [6, WIDTH]))
        .dataSync();
    });
    expectClose(outputOf(mixed, x), expected, 1e-6);
    x.dispose();
    mixed.remove();
    network.dispose();
  });

  test('an expert more is a core more, and a column of the router', () => {
    const network = frozenLinear(1);
    const count = (experts: number) => {
      const adapters = peft.moeLora(network, cores(experts, 4));
      const { trainable } = adapters.trainableShare();
      adapters.remove();
      return trainable;
    };
    expect(count(5) - count(4)).toBe(4 * 4 + 4);
    network.dispose();
  });

  test('on four maps in conflict tokens of different tasks go different ways and lose less than in one adapter', () => {
    const runs = SEEDS.map((seed) => {
      const network = frozenLinear(seed);
      const { batches, tasks } = makeConflict(frozenLinear(seed), { tasks: 4, rank: 4, seed });
      const measure = (adapters: peft.Adapters) => {
        regress(adapters, batches, { steps: 300, seed });
        const { x, y } = batches(9_000_000);
        const records = recordsOf(adapters, x);
        tf.dispose([x, y]);
        const information = records.length === 0 ? 0 : mutualInformation(firstChoices(records[0]), tasks);
        const result = { error: errorOf(adapters, batches), trained: adapters.trainableShare().trainable, information };
        adapters.remove();
        return result;
      };
      const mixed = measure(peft.moeLora(network, cores(4, 8, seed)));
      const single = measure(peft.lora(network, { targets: ['0'], rank: 17, seed }));
      network.dispose();
      return { mixed, single };
    });
    runs.forEach(({ mixed, single }) => {
      expect(mixed.information).toBeGreaterThan(0.5);
      expect(mixed.trained).toBeLessThanOrEqual(single.trained);
    });
    expect(mean(runs.map(({ mixed, single }) => single.error - mixed.error))).toBeGreaterThan(0);
  });
});
