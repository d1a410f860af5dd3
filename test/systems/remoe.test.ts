import { core, routers, tf, type moe } from '@switchyard/kernel-lib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EXPERTS, fit, K, STEPS, WIDTH } from '../support/remoe';

const { Context, Random } = core;

const sum = (values: number[]) => values.reduce((a, b) => a + b, 0);

describe('[remoe]', () => {
  let run: Awaited<ReturnType<typeof fit>>;
  let layer: moe.MoeLayer;
  const x = Random.fromSeed(5).normal([256, WIDTH]) as tf.Tensor2D;
  const indicesOf = () =>
    tf.tidy(() => (layer.router.route(x, Context.create()) as routers.SparseRouting).indices.arraySync());

  beforeAll(async () => {
    run = await fit(routers.relu({ k: K, l1: 1e-4 }), STEPS);
    layer = run.model.modules().get('layers.0.moe') as moe.MoeLayer;
  }, 300_000);

  afterAll(() => {
    run.model.dispose();
    x.dispose();
  });

  test('the sparsity settles within 2 % of its target', () => {
    const last = run.used.slice(-STEPS / 4);
    const sparsity = 1 - sum(last) / last.length / EXPERTS;
    expect(run.used[0] / EXPERTS).toBeGreaterThan(0.4);
    expect(Math.abs(sparsity / (1 - K / EXPERTS) - 1)).toBeLessThan(0.02);
  });

  test('the number of experts varies by token', () => {
    const counts = indicesOf().map((row) => row.filter((expert) => expert >= 0).length);
    expect(new Set(counts).size).toBeGreaterThan(3);
  });

  test('router gradients reach every active expert, and no other', () => {
    const target = Random.fromSeed(6).normal([256, WIDTH]);
    const weight = layer.parameters().get('router.weight')?.variable as tf.Variable;
    const loss = () => tf.tidy(() => layer.apply(x, Context.create()).mul(target).sum() as tf.Scalar);
    const { value, grads } = tf.variableGrads(loss, [weight]);
    const sizes = tf.tidy(() => grads[weight.name].abs().sum(0).arraySync() as number[]);
    const active = new Set(indicesOf().flat());
    sizes.forEach((size, expert) => expect(size > 0, `expert ${expert}`).toBe(active.has(expert)));
    expect(active.size).toBeGreaterThan(2);
    tf.dispose([value, grads, target]);
  });

  test('weights are continuous in the token, where those of top-k jump', () => {
    const topK = routers.topK({ k: K }).build({ width: WIDTH, numExperts: EXPERTS, random: Random.fromSeed(1) });
    tf.tidy(() => {
      const weight = layer.router.parameters().get('weight')?.variable as tf.Tensor;
      topK.parameters().get('weight')?.assign(weight);
      const steps = 4000;
      const line = tf.linspace(0, 1, steps).expandDims(1);
      const [from, to] = [x.slice([0], [1]), x.slice([1], [1])];
      const path = from.add(line.mul(to.sub(from))) as tf.Tensor2D;
      const longest = (router: routers.Router) => {
        const routing = router.route(path, Context.create()) as routers.SparseRouting;
        const mask = tf.oneHot(routing.indices.flatten().toInt(), EXPERTS).reshape([steps, -1, EXPERTS]);
        const gates = mask.mul(routing.weights.expandDims(2)).sum(1);
        return gates
          .slice([1])
          .sub(gates.slice([0], [steps - 1]))
          .abs()
          .max()
          .dataSync()[0];
      };
      // relu moves no faster than the logits do: |dx| times the longest column of the projection.
      const bound = to
        .sub(from)
        .norm()
        .mul(weight.norm(2, 0).max())
        .div(steps - 1)
        .dataSync()[0];
      expect(longest(layer.router)).toBeLessThanOrEqual(1.01 * bound);
      expect(longest(topK)).toBeGreaterThan(10 * bound);
    });
    topK.dispose();
  });
});
