import { core, peft, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { frozenLinear, makeTokens, outputOf, setValue } from '../support/networks';
import { expectClose } from '../support/numeric';

const { Random } = core;

const WIDTH = 16;

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
});
