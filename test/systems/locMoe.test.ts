import { core, moe, routers, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { recordsOf } from '../support/conflict';
import { setValue } from '../support/networks';
import { mean } from '../support/regression';

const { Context, Random } = core;

const EXPERTS = 8;

describe('[locmoe]', () => {
  test('the loss is 0 where all stays at home, and what leaves costs its logarithm', () => {
    tf.tidy(() => {
      const router = routers
        .topK({ k: 1, balance: { locality: { coefficient: 2, nodeOf: [0, 0, 1, 1], by: 'homes' } } })
        .build({ width: 2, numExperts: 4, random: Random.fromSeed(1) });
      const x = tf.tensor2d([1, 0, 0, 1, 1, 1], [3, 2]);
      const pass = Context.create({ training: true });
      pass.setState(core.stateKey<tf.Tensor1D>('homes'), tf.tensor1d([0, 1, 1], 'int32'));
      const { probs } = router.route(x, pass);
      const p = probs.arraySync() as number[][];
      const expected = -(Math.log(p[0][0] + p[0][1]) + Math.log(p[1][2] + p[1][3]) + Math.log(p[2][2] + p[2][3])) / 3;
      expect(pass.losses.get('/locality')!.dataSync()[0]).toBeCloseTo(2 * expected, 5);
      setValue(router, 'weight', () => tf.tensor2d([50, 0, -50, -50, -50, -50, 50, 0], [2, 4]));
      const away = Context.create({ training: true });
      away.setState(core.stateKey<tf.Tensor1D>('homes'), tf.tensor1d([0, 1], 'int32'));
      router.route(x.slice([0, 0], [2, -1]), away);
      expect(away.losses.get('/locality')!.dataSync()[0]).toBeCloseTo(0, 5);
      [pass, away].forEach((each) => each.dispose());
      router.dispose();
    });
  });

  test('a step against its gradient keeps more at home', () => {
    const nodeOf = Array.from({ length: EXPERTS }, (_, expert) => Math.floor(expert / 2));
    const balance = { locality: { coefficient: 1, nodeOf } };
    const router = routers
      .topK({ k: 2, balance })
      .build({ width: 16, numExperts: EXPERTS, random: Random.fromSeed(1) });
    // Tokens lie in blocks, a node each, and each block has a direction of its own.
    const x = tf.tidy(
      () =>
        Random.fromSeed(2)
          .normal([64, 16])
          .add(tf.tensor2d(Array.from({ length: 64 }, (_, t) => Array.from({ length: 16 }, (_d, d) => 2 * +(d === t >> 4))))) as tf.Tensor2D // prettier-ignore
    );
    const weight = router.parameters().get('weight')!;
    const atHome = () =>
      tf.tidy(() => {
        const { indices } = router.route(x, Context.create()) as routers.SparseRouting;
        return (indices.arraySync() as number[][]).flatMap((row, t) => row.map((e) => +(nodeOf[e] === t >> 4)));
      });
    const before = mean(atHome());
    for (let step = 0; step < 20; step++) {
      const { value, grads } = tf.variableGrads(() => {
        const ctx = Context.create({ training: true });
        router.route(x, ctx);
        return ctx.losses.get('/locality') as tf.Scalar;
      }, [weight.variable]);
      tf.tidy(() => weight.assign(weight.variable.sub(Object.values(grads)[0].mul(0.5))));
      tf.dispose([value, grads]);
    }
    expect(mean(atHome())).toBeGreaterThan(before + 0.3);
    x.dispose();
    router.dispose();
  });

  test('where tokens lie on a circle, the threshold is exact: one place less drops tokens', () => {
    const [numTokens, numExperts] = [96, 6];
    const angles = (count: number, offset: number) =>
      Array.from({ length: count }, (_, i) => (2 * Math.PI * (i + offset)) / count);
    const points = (of: number[]) => tf.tensor2d(of.map((a) => [Math.cos(a), Math.sin(a)]));
    const x = points(angles(numTokens, 0.5));
    const capacity = moe.capacityThreshold({ width: 2, numTokens, angle: Math.PI / numExperts });
    expect(capacity).toBe(numTokens / numExperts);
    const dropped = (places: number) => {
      const shape = { experts: numExperts, width: 2, hidden: 2, random: Random.fromSeed(1) };
      const capacityFactor = (places * numExperts) / numTokens;
      const layer = moe.layer({ router: routers.topK({ k: 1 }), capacityFactor, ...shape });
      setValue(layer, 'router.weight', () => points(angles(numExperts, 0)).transpose());
      const record = recordsOf(layer, x)[0];
      layer.dispose();
      return record.dropped?.reduce((a, b) => a + b, 0);
    };
    expect([dropped(capacity), dropped(capacity - 1)]).toEqual([0, numExperts]);
    x.dispose();
  });

  test.each([3, 8, 16])(
    'tokens in all directions of width %i: the share of a cap is right, and nothing is dropped',
    (width) => {
      const numTokens = 4000;
      const unit = (shape: number[], seed: number, axis: number) =>
        tf.tidy(() => {
          const x = Random.fromSeed(seed).normal(shape);
          return x.div(x.norm(2, axis, true)) as tf.Tensor2D;
        });
      const x = unit([numTokens, width], 1, 1);
      for (const angle of [0.9, 1.3, 2]) {
        const share = moe.capacityThreshold({ width, numTokens: 1e9, angle }) / 1e9;
        const counted = tf.tidy(() => x.slice([0, 0], [-1, 1]).greaterEqual(Math.cos(angle)).mean().dataSync()[0]);
        expect(Math.abs(counted - share)).toBeLessThan(4 * Math.sqrt((share * (1 - share)) / numTokens));
      }
      const weight = unit([width, EXPERTS], 2, 0);
      // Of the tokens that choose an expert, the one farthest from its column.
      const angle = Math.acos(tf.tidy(() => x.matMul(weight).max(1).min().dataSync()[0]));
      const capacity = moe.capacityThreshold({ width, numTokens, angle });
      const shape = { experts: EXPERTS, width, hidden: 2, random: Random.fromSeed(1) };
      const layer = moe.layer({
        ...shape,
        router: routers.topK({ k: 1 }),
        capacityFactor: (capacity * EXPERTS) / numTokens
      });
      setValue(layer, 'router.weight', () => weight);
      expect(recordsOf(layer, x)[0].dropped?.some((each) => each === 1)).toBe(false);
      tf.dispose([x, weight]);
      layer.dispose();
    }
  );
});
