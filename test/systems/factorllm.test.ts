import { core, moe, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { makeNetwork, makeTokens, outputOf, setValue } from '../support/networks';
import { expectClose } from '../support/numeric';
import { mean } from '../support/regression';

const { Random } = core;

const WIDTH = 16;
const HIDDEN = 64;

describe('[factorllm]', () => {
  test('with all experts active the function stays, whatever the router', () => {
    const network = makeNetwork({ width: WIDTH, hidden: HIDDEN });
    const x = makeTokens(50, WIDTH);
    const { layer, report } = moe.carve(network, { experts: 8, k: 8, random: Random.fromSeed(1) });
    expectClose(outputOf(layer, x), outputOf(network, x), 1e-6);
    expect(report.routed[1]).toEqual([8, 9, 10, 11, 12, 13, 14, 15]);
    x.dispose();
    layer.dispose();
    network.dispose();
  });

  test('the prior is an even share of the K parts that make up most of the whole, by hand, and its loss moves the router alone', () => {
    const network = makeNetwork({ width: WIDTH, hidden: HIDDEN, bias: false });
    const x = makeTokens(20, WIDTH);
    const { layer, report } = moe.carve(network, { experts: 8, k: 3, random: Random.fromSeed(1) });
    const whole = outputOf(network, x);
    // A part is the network with the other neurons silent.
    const parts = report.routed.map((neurons) => {
      const kept = makeNetwork({ width: WIDTH, hidden: HIDDEN, bias: false });
      const mask = Array.from({ length: HIDDEN }, (_, n) => Number(neurons.includes(n)));
      setValue(kept, 'w2.weight', (w) => w.mul(tf.tensor2d(mask, [HIDDEN, 1])));
      const out = outputOf(kept, x);
      kept.dispose();
      return out;
    });
    const router = layer.parameters().get('router.w1')!.variable as unknown as tf.Tensor2D;
    const probs = tf.tidy(() => tf.softmax(x.matMul(router)).arraySync() as number[][]);
    const expected = mean(
      probs.map((row, t) => {
        const alike = parts.map((part) => {
          let sum = 0;
          for (let d = t * WIDTH; d < (t + 1) * WIDTH; d++) {
            sum += part[d] * whole[d];
          }
          return sum;
        });
        const most = [0, 1, 2, 3, 4, 5, 6, 7].sort((a, b) => alike[b] - alike[a]).slice(0, 3);
        return -most.reduce((sum, e) => sum + Math.log(row[e]) / 3, 0);
      })
    );
    const ctx = core.Context.create({ training: true });
    const { value, grads } = tf.variableGrads(() => moe.priorApproximateLoss(layer, x, ctx));
    expect(value.dataSync()[0]).toBeCloseTo(expected, 4);
    const moved = Object.values(grads).filter((grad) => tf.tidy(() => grad.abs().max().dataSync()[0] > 0));
    expect(moved.map(({ shape }) => shape)).toEqual([router.shape]);
    ctx.dispose();
    tf.dispose([value, grads, x]);
    [layer, network].forEach((each) => each.dispose());
  });
});
