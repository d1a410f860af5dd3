import { core, models, peft, tf, train } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { recordsOf } from '../support/conflict';
import { frozenFeedForward, makeTokens, outputOf, valuesOf } from '../support/networks';
import { expectClose } from '../support/numeric';
import { SHORT, smallText } from '../support/runs';

const WIDTH = 16;

const mixture = (experts: number, rank: number, balanceLoss: number, seed: number) => ({
  ...{ targets: ['0'], granularity: 'adapter' as const, experts, rank, k: 2, balanceLoss, seed }
});

describe('[mixlora]', () => {
  test('at first the network computes what it did', () => {
    const network = frozenFeedForward(1);
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

  test('the balancing loss is that of Switch over the experts that were chosen, and reaches the router alone', () => {
    const network = frozenFeedForward(1);
    const adapters = peft.moeLora(network, mixture(4, 2, 0.05, 1));
    const x = makeTokens(40, WIDTH);
    const router = adapters.parameters().get('0.router.weight')!.variable as unknown as tf.Tensor2D;
    const loss = () =>
      tf.tidy(() => {
        const ctx = core.Context.create({ training: true });
        adapters.apply(x, ctx);
        expect(ctx.losses.size).toBe(1);
        return [...ctx.losses.values()][0].clone() as tf.Scalar;
      });
    const [{ indices, k }] = recordsOf(adapters, x);
    const share = [0, 1, 2, 3].map((e) => indices.filter((each) => each === e).length / indices.length);
    const probs = tf.tidy(() => tf.softmax(x.matMul(router)).mean(0).arraySync() as number[]);
    const expected = 0.05 * 4 * share.reduce((sum, each, e) => sum + each * probs[e], 0);
    const { value, grads } = tf.variableGrads(loss);
    expect([k, value.dataSync()[0]]).toEqual([2, expect.closeTo(expected, 6) as number]);
    const moved = Object.values(grads).filter((grad) => tf.tidy(() => grad.abs().max().dataSync()[0] > 0));
    expect(moved.map(({ shape }) => shape)).toEqual([router.shape]);
    tf.dispose([value, grads]);
    x.dispose();
    adapters.remove();
    network.dispose();
  });
});
