import { core, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { makeConflict } from '../support/conflict';
import { adaptDomains, trainStages } from '../support/mixda';
import { frozenFeedForward, makeTokens, outputOf, setValue, valuesOf } from '../support/networks';
import { expectClose } from '../support/numeric';

const WIDTH = 16;

describe('[mixda]', () => {
  test('adapters add nothing at first, in either stage', () => {
    const network = frozenFeedForward(1);
    const x = makeTokens(20, WIDTH);
    const before = outputOf(network, x);
    const adapters = adaptDomains(network, 1);
    expectClose(outputOf(adapters, x), before, 1e-7);
    adapters.trainMixture();
    expectClose(outputOf(adapters, x), before, 1e-7);
    x.dispose();
    adapters.remove();
    network.dispose();
  });

  test('a stage trains what is its own, and never the network', () => {
    const network = frozenFeedForward(1);
    const adapters = adaptDomains(network, 1);
    const trained = () =>
      new Set([...adapters.parameters()].filter(([, p]) => p.trainable).map(([path]) => path.split('.')[1]));
    expect(trained()).toEqual(new Set(['domain0']));
    adapters.trainDomain(1);
    expect(trained()).toEqual(new Set(['domain1']));
    adapters.trainMixture();
    expect(trained()).toEqual(new Set(['task', 'router']));
    expect(() => adapters.trainDomain(2)).toThrow('domain must be 0..1, got 2');
    const before = valuesOf(network);
    trainStages(adapters, makeConflict(frozenFeedForward(1), { seed: 1, numTokens: 128 }).batches, 1, 3);
    expect(valuesOf(network)).toEqual(before);
    adapters.remove();
    network.dispose();
  });

  test('by hand: one adapter beside the network in the first stage, all of them weighed by the router in the second', () => {
    const network = frozenFeedForward(1);
    const x = makeTokens(20, WIDTH);
    const before = outputOf(network, x);
    const adapters = adaptDomains(network, 1);
    const names = ['domain0', 'domain1', 'task'];
    names.forEach((name, i) =>
      setValue(adapters, `0.${name}.w2.weight`, (old) => core.Random.fromSeed(i).normal(old.shape))
    );
    const value = (path: string) => adapters.parameters().get(`0.${path}`)!.variable as tf.Tensor as tf.Tensor2D;
    tf.tidy(() => {
      const gelu = (t: tf.Tensor) => t.mul<tf.Tensor2D>(t.div(Math.SQRT2).erf().add(1).div(2));
      const outputs = names.map((name) =>
        gelu(x.matMul(value(`${name}.w1.weight`))).matMul(value(`${name}.w2.weight`))
      );
      const frozen = tf.tensor2d(before, [20, WIDTH]);
      [0, 1].forEach((domain) => {
        adapters.trainDomain(domain);
        expectClose(outputOf(adapters, x), frozen.add(outputs[domain]).dataSync<'float32'>(), 1e-4);
      });
      adapters.trainMixture();
      const weights = tf.split(tf.softmax(x.matMul(value('router.weight'))), 3, 1);
      const mixed = frozen.add(tf.addN(outputs.map((output, i) => output.mul(weights[i]))));
      expectClose(outputOf(adapters, x), mixed.dataSync<'float32'>(), 1e-4);
    });
    adapters.remove();
    x.dispose();
    network.dispose();
  });
});
