import { core, moe, routers, tf } from '@switchyard/kernel-lib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { setValue } from '../support/networks';
import { expectClose } from '../support/numeric';
import { mean, minimise } from '../support/regression';
import { choicesOf } from '../support/stack';

const { Context, Random } = core;

/** Features of an item, D / 2. */
const FEATURES = 8;
const WIDTH = 2 * FEATURES;
const HISTORY = 10;

type Users = {
  /** The item to be ranked, and the mean of the behaviours; [T, D]. */
  x: tf.Tensor2D;
  /** Items that the user chose, rows of zeros where there are no more; [T, N, D]. */
  behaviours: tf.Tensor3D;
  clicked: tf.Tensor1D;
  /** 0 or 1; [T]. */
  types: tf.Tensor1D;
  /** 1 for those with two behaviours, 0 for those with ten; [T]. */
  tail: tf.Tensor1D;
};

/** Users of two types that want different things of an item; most of what they chose before they chose by chance. */
function makeUsers(seed: number, step: number, count: number): Users {
  const draw = Random.fromSeed(seed).child('draw').child(step);
  return tf.tidy(() => {
    const [wants, shows] = ['wants', 'shows'].map((name) => Random.fromSeed(seed).child(name).normal([2, FEATURES]));
    const bit = (name: string) => draw.child(name).uniform([count]).less(0.5).toInt() as tf.Tensor1D;
    const [types, tail] = [bit('types'), bit('tail')];
    const item = draw.child('item').normal([count, FEATURES]);
    const meant = draw.child('meant').uniform([count, HISTORY, 1]).less(0.3).toFloat();
    const there = tf
      .range(0, HISTORY)
      .expandDims(0)
      .less(tf.sub(HISTORY, tail.toFloat().mul(HISTORY - 2)).expandDims(1));
    const chosen = draw
      .child('behaviours')
      .normal([count, HISTORY, FEATURES])
      .add(tf.gather(shows, types).expandDims(1).mul(meant).mul(2))
      .mul(there.toFloat().expandDims(2));
    const pooled = chosen.sum(1).div(there.toFloat().sum(1, true));
    const odds = item.mul(tf.gather(wants, types)).sum(1).mul(2);
    const clicked = draw.child('clicked').uniform([count]).less(tf.sigmoid(odds)).toFloat();
    const behaviours = chosen.pad([
      [0, 0],
      [0, 0],
      [FEATURES, 0]
    ]);
    return { x: item.concat(pooled, 1), behaviours, clicked, types, tail } as Users;
  });
}

const layerOf = (router: routers.RouterSpec, seed: number) =>
  moe.layer({ router, experts: 4, width: WIDTH, hidden: 8, random: Random.fromSeed(seed) });

/** The log odds of a click: the first feature that comes out; [T]. */
function score(layer: moe.MoeLayer, { x, behaviours }: Users, ctx: core.Context): tf.Tensor1D {
  ctx.setState(routers.BEHAVIOURS, behaviours.clone());
  return layer.apply(x, ctx).slice([0, 0], [-1, 1]).squeeze([1]);
}

function train(router: routers.RouterSpec, seed: number, steps = 200): moe.MoeLayer {
  const layer = layerOf(router, seed);
  const loss = (ctx: core.Context, step: number) => {
    const users = makeUsers(seed, step, 256);
    const odds = score(layer, users, ctx);
    return tf.softplus(odds).sub(odds.mul(users.clicked)).mean();
  };
  minimise(layer, loss, { steps, seed });
  return layer;
}

/** The share of pairs of a clicked and another item that are in the right order. */
function auc(scores: readonly number[], clicked: readonly number[]): number {
  const order = scores.map((_, i) => i).sort((a, b) => scores[a] - scores[b]);
  let [below, right] = [0, 0];
  order.forEach((i) => (clicked[i] === 1 ? (right += below) : below++));
  return right / (below * (scores.length - below));
}

const host = (t: tf.Tensor) => Array.from(t.dataSync());

function measure(layer: moe.MoeLayer, seed: number) {
  const users = makeUsers(seed, 1_000_000, 4000);
  const ctx = Context.create();
  const scores = host(tf.tidy(() => score(layer, users, ctx)));
  ctx.dispose();
  const [clicked, tail] = [host(users.clicked), host(users.tail)];
  const of = (which: number) => {
    const own = scores.map((_, i) => i).filter((i) => tail[i] === which);
    return auc(
      own.map((i) => scores[i]),
      own.map((i) => clicked[i])
    );
  };
  tf.dispose(Object.values(users));
  return { head: of(0), tail: of(1) };
}

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

  test('users with a history are ranked better than by a router that sees its mean alone', () => {
    const gains = trained.map((layer, i) => {
      const plain = train(routers.topK({ k: 2 }), seeds[i]);
      const gain = measure(layer, seeds[i]).head - measure(plain, seeds[i]).head;
      plain.dispose();
      return gain;
    });
    expect(mean(gains)).toBeGreaterThan(0);
  }, 300_000);

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
