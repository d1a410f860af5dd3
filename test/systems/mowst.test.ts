import { core, routers, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { expectClose } from '../support/numeric';
import { mean } from '../support/regression';

const { Context, Random } = core;

describe('[mowst]', () => {
  test.each(['variance', 'entropy'] as const)('confidence by %s is 0 at uniform and grows with it', (dispersion) => {
    const shape = { width: 5, numExperts: 2, random: Random.fromSeed(1) };
    const router = routers.confidence({ dispersion }).build(shape);
    tf.tidy(() => {
      const logits = Random.fromSeed(2).normal([200, 5]).mul(2) as tf.Tensor2D;
      const confidence = (x: tf.Tensor2D) =>
        Array.from(router.route(x, Context.create()).probs.slice([0, 0], [-1, 1]).dataSync());
      expect(confidence(tf.fill([1, 5], 3))[0]).toBeCloseTo(0, 6);
      const spread = (tf.softmax(logits).arraySync() as number[][]).map((row) =>
        mean(row.map((p) => (dispersion === 'variance' ? (p - 0.2) ** 2 : p * Math.log(p))))
      );
      const order = spread.map((_, i) => i).sort((a, b) => spread[a] - spread[b]);
      const values = confidence(logits);
      const sorted = order.map((i) => values[i]);
      sorted.slice(1).forEach((value, i) => expect(value).toBeGreaterThan(sorted[i] - 1e-6));
      expect(sorted[199] - sorted[0]).toBeGreaterThan(0.3);
    });
    router.dispose();
  });

  test('by hand: the weak expert has C of a node and the strong one the rest, and all of it from the threshold on', () => {
    const spec = routers.confidence({ threshold: 0.5, sharpness: 2 });
    const router = spec.build({ width: 2, numExperts: 2, random: Random.fromSeed(1) });
    // Variance of the probabilities over that of a sure prediction: 0, 0.36 and 0.04.
    const confidence = [0, 0.36, 0.04].map((v) => Math.tanh(2 * v));
    tf.tidy(() => {
      const x = tf.tensor2d([0.5, 0.5, 0.8, 0.2, 0.4, 0.6], [3, 2]).log() as tf.Tensor2D;
      const routing = router.route(x, Context.create());
      expectClose(
        routing.probs.dataSync<'float32'>(),
        confidence.flatMap((c) => [c, 1 - c]),
        1e-6
      );
      const [, sure, doubt] = confidence;
      expect(sure).toBeGreaterThan(0.5);
      expectClose(routers.denseWeights(routing).dataSync<'float32'>(), [0, 1, 1, 0, doubt, 1 - doubt], 1e-6);
    });
    router.dispose();
  });

  test('confidence learns: its sharpness goes up where the weak expert loses less, and down where it loses more', () => {
    const spec = routers.confidence({ sharpness: 2 });
    const router = spec.build({ width: 2, numExperts: 2, random: Random.fromSeed(1) });
    const x = tf.tensor2d([0.8, 0.2], [1, 2]).log() as tf.Tensor2D;
    const slope = (weak: number, strong: number) =>
      tf.tidy(() => {
        const loss = () =>
          router
            .route(x, Context.create())
            .probs.mul([[weak, strong]])
            .sum() as tf.Scalar;
        return Object.values(tf.variableGrads(loss).grads)[0].dataSync()[0];
      });
    // d/ds of C (weak - strong), C = tanh(0.36 softplus(s)), softplus(s) = 2.
    const expected = (1 - Math.tanh(0.72) ** 2) * 0.36 * (1 - Math.exp(-2));
    expectClose([slope(1, 3), slope(3, 1)], [-2 * expected, 2 * expected], 1e-5);
    x.dispose();
    router.dispose();
  });
});
