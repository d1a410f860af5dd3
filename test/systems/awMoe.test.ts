import { core, routers, tf, type moe } from '@switchyard/kernel-lib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { HISTORY, makeUsers, train, WIDTH } from '../support/behaviours';
import { setValue } from '../support/networks';
import { expectClose } from '../support/numeric';
import { mean } from '../support/regression';
import { choicesOf } from '../support/stack';

const { Context, Random } = core;

/** Mean cosine of gate vectors: of users of one type, and of two; of a user with all and half of the history, and of two users so. */
function likeness(layer: moe.MoeLayer, seed: number) {
  const users = makeUsers(seed, 2_000_000, 300);
  const out = tf.tidy(() => {
    const gate = (behaviours: tf.Tensor) => {
      const ctx = Context.create();
      ctx.setState(routers.BEHAVIOURS, behaviours.clone() as tf.Tensor3D);
      const probs = layer.router.route(users.x, ctx).probs;
      ctx.dispose();
      return probs.div<tf.Tensor2D>(probs.norm(2, 1, true));
    };
    const shown = Random.fromSeed(9).uniform([300, HISTORY, 1]).less(0.5).toFloat();
    const [full, part] = [gate(users.behaviours), gate(users.behaviours.mul(shown))];
    const same = users.types.expandDims(1).equal(users.types.expandDims(0)).toFloat();
    const self = tf.eye(300);
    const over = (cos: tf.Tensor, mask: tf.Tensor) => cos.mul(mask).sum().div(mask.sum()).dataSync()[0];
    const [among, views] = [full, part].map((each) => full.matMul(each, false, true));
    return {
      type: over(among, same.sub(self)),
      across: over(among, tf.sub(1, same)),
      own: over(views, self),
      others: over(views, tf.sub(1, self))
    };
  });
  tf.dispose(Object.values(users));
  return out;
}

describe('[aw-moe]', () => {
  const seeds = [1, 2, 3];
  const contrastive = { maskRate: 0.5, coefficient: 0.1 };
  let trained: moe.MoeLayer[];

  beforeAll(() => {
    trained = seeds.map((seed) => train(routers.attention({ k: 2, contrastive }), seed));
  }, 300_000);

  afterAll(() => trained.forEach((layer) => layer.dispose()));

  test('the activation unit leaves out what is unlike the item', () => {
    const shape = { width: WIDTH, numExperts: 4, random: Random.fromSeed(1) };
    const router = routers.attention({ k: 2 }).build(shape);
    tf.tidy(() => {
      router.parameters().get('activation')!.assign(tf.eye(WIDTH).mul(100));
      const x = Random.fromSeed(2).normal([20, WIDTH]) as tf.Tensor2D;
      const near = x.add(Random.fromSeed(3).normal([20, WIDTH], 0, 0.1));
      const logits = (...behaviours: tf.Tensor[]) => {
        const ctx = Context.create();
        ctx.setState(routers.BEHAVIOURS, tf.stack(behaviours, 1) as tf.Tensor3D);
        const values = router.route(x, ctx).logits;
        ctx.dispose();
        return values;
      };
      expectClose(logits(near, near.neg()), logits(near, tf.zerosLike(near)), 1e-5);
      expectClose(logits(near, near), logits(near), 1e-5);
      expect(logits(near).abs().max().dataSync()[0]).toBeGreaterThan(0.1);
    });
    router.dispose();
  });

  test('the contrastive loss is InfoNCE between gate vectors of all behaviours and of some, by hand', () => {
    const [tokens, coefficient, temperature] = [6, 0.3, 0.5];
    const shape = { width: WIDTH, numExperts: 4, random: Random.fromSeed(1) };
    const lossAt = (maskRate: number): { loss: number; probs: number[][]; gradient: number } => {
      const router = routers
        .attention({ k: 2, balance: {}, contrastive: { maskRate, coefficient, temperature } })
        .build(shape);
      setValue(router, 'weight', (w) => w.mul(30));
      let probs: number[][] = [];
      const { value, grads } = tf.variableGrads(() => {
        const ctx = Context.create({ training: true, random: Random.fromSeed(4) });
        ctx.setState(routers.BEHAVIOURS, Random.fromSeed(2).normal([tokens, HISTORY, WIDTH]) as tf.Tensor3D);
        probs = router.route(Random.fromSeed(3).normal([tokens, WIDTH]) as tf.Tensor2D, ctx).probs.arraySync();
        expect([...ctx.losses.keys()]).toEqual(['/contrastive']);
        return tf.addN([...ctx.losses.values()]) as tf.Scalar;
      });
      const gradient = tf.tidy(() => tf.addN(Object.values(grads).map((each) => each.abs().sum())).dataSync()[0]);
      const result = { loss: value.dataSync()[0], probs, gradient };
      tf.dispose([value, grads] as tf.TensorContainer);
      router.dispose();
      return result;
    };
    // Nothing hidden: each row against itself and the others.
    const { loss, probs, gradient } = lossAt(0);
    const unit = probs.map((row) => row.map((p) => p / Math.hypot(...row)));
    const alike = unit.map((a) => unit.map((b) => a.reduce((sum, p, e) => sum + p * b[e], 0) / temperature));
    const terms = alike.map((row, t) => Math.log(row.reduce((sum, each) => sum + Math.exp(each), 0)) - row[t]);
    expect(loss).toBeCloseTo(coefficient * mean(terms), 5);
    expect(gradient).toBeGreaterThan(1e-3);
    // All hidden: the second view is the same for every row, which tells none apart.
    expect(lossAt(1).loss).toBeCloseTo(coefficient * Math.log(tokens), 5);
  });

  test('gate vectors cluster by type of user', () => {
    trained.forEach((layer, i) => {
      const { type, across } = likeness(layer, seeds[i]);
      expect(type).toBeGreaterThan(across + 0.15);
    });
  });

  test('a user with half of the history hidden stays closer to itself than to others', () => {
    trained.forEach((layer, i) => {
      const { own, others } = likeness(layer, seeds[i]);
      expect(own).toBeGreaterThan(others + 0.1);
    });
  });

  test('rows of zeros are no behaviours: they change no choice', () => {
    const users = makeUsers(1, 0, 50);
    const choices = [
      users.behaviours,
      tf.tidy(() =>
        users.behaviours.pad([
          [0, 0],
          [0, 5],
          [0, 0]
        ])
      )
    ].map((behaviours) =>
      choicesOf(trained[0], users.x, (ctx) => ctx.setState(routers.BEHAVIOURS, behaviours.clone() as tf.Tensor3D))
    );
    expect(choices[1]).toEqual(choices[0]);
    tf.dispose(Object.values(users));
  });
});
