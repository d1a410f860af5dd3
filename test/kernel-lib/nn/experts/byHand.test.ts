/** @file What banks of experts say of themselves and tell others, and how averaging pulls them. */
import { adaptive, core, type layers, moe, peft, routers, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { makeLayer, WIDTH } from '../../../support/moeLayer';
import { makeNetwork } from '../../../support/networks';
import { expectClose } from '../../../support/numeric';
import { INSIDE, MEMBERS } from './members';

const { Context, Random } = core;

const random = Random.fromSeed(1);
const options = { router: routers.topK({ k: 2 }), experts: 3, width: 4, hidden: 6, random };
const layerOf = (expertKind: moe.ExpertSpec, more: object = {}) => moe.layer({ ...options, expertKind, ...more });
/** Products and dispatches are of what a bank is made of. */
type Bank = moe.ExpertBank & {
  watchProducts(watch: (name: string, rows: tf.Tensor2D, offsets: Int32Array) => void): () => void;
};

describe('moe.averagedExperts', () => {
  test('after a step in training, and only then, each is nearer to the mean by its share; the mean stays', () => {
    const layer = layerOf(moe.averagedExperts({ expertKind: moe.plainExperts(), beta: 0.25 }));
    const { variable } = layer.parameters().get('experts.each.w1')!;
    const before = variable.dataSync();
    const pass = (training: boolean) => {
      const ctx = Context.create({ training });
      tf.tidy(() => void layer.apply(tf.ones([5, 4]), ctx));
      ctx.finish();
      ctx.dispose();
    };
    pass(false);
    expect(variable.dataSync()).toEqual(before);
    pass(true);
    const expected = before.map((value, i) => {
      const mean = [0, 1, 2].reduce((sum, e) => sum + before[e * 24 + (i % 24)], 0) / 3;
      return value + 0.25 * (mean - value);
    });
    expectClose(variable.dataSync(), expected, 1e-6);
    const { experts } = layer;
    expect([experts.labels, experts.flops, experts.kind]).toEqual([['0', '1', '2'], [96, 96, 96], 'averaged-experts']);
    expect(experts.feedForwards()!.spec.kind).toBe('plain');
    layer.dispose();
  });

  test('experts that are no stack of their own cannot be pulled', () => {
    const kind = moe.averagedExperts({ expertKind: moe.aliasedExperts({ expertKind: moe.plainExperts(), target: [0, 1, 0] }), beta: 1 }); // prettier-ignore
    const layer = layerOf(kind);
    const ctx = Context.create({ training: true });
    tf.tidy(() => void layer.apply(tf.ones([5, 4]), ctx));
    expect(() => ctx.finish()).toThrow('moe.averagedExperts: the first axis of every parameter must be that of the experts, got stored.w1'); // prettier-ignore
    ctx.dispose();
    layer.dispose();
  });
});

test('aliased experts say whose weights they have, and cost what those do', () => {
  const aliased = (expertKind: moe.ExpertSpec, target: number[]) => moe.aliasedExperts({ expertKind, target });
  const layer = layerOf(aliased(moe.plainExperts(), [1, 0, 1]));
  const { experts } = layer;
  expect(experts.labels).toEqual(['0 = 1', '1 = 0', '2 = 1']);
  expect(experts.feedForwards()).toMatchObject({ gated: false, activation: 'gelu', bias: false, target: [1, 0, 1] });
  // Twice aliased: 0 is stored 1 of the outer, which is stored 0.
  const twice = layerOf(aliased(aliased(moe.plainExperts(), [0, 0, 1]), [1, 2, 0])); // prettier-ignore
  expect(twice.experts.feedForwards()!.target).toEqual([0, 1, 0]);
  const mixed = moe.mixedExperts([{ count: 1, expertKind: moe.copyExperts() }, { count: 1, expertKind: moe.plainExperts() }]); // prettier-ignore
  const none = layerOf(aliased(mixed, [1, 0, 1]));
  expect([none.experts.feedForwards(), none.experts.flops]).toEqual([null, [96, 0, 96]]);
  expect(none.experts.ownFlops({ length: 1 })).toBe(64);
  [layer, twice, none].forEach((each) => each.dispose());
});

test('plain and gated experts are feed-forward networks, and say of which kind', () => {
  const plain = layerOf(moe.plainExperts({ activation: 'relu', bias: true }));
  expect(plain.experts.feedForwards()).toMatchObject({ gated: false, activation: 'relu', bias: true, target: null, stored: plain.experts }); // prettier-ignore
  const gated = layerOf(moe.gatedExperts());
  expect(gated.experts.feedForwards()).toMatchObject({ gated: true, activation: 'silu', bias: false, target: null, stored: gated.experts }); // prettier-ignore
  expect([plain.experts.kind, gated.experts.kind]).toEqual(['plain-experts', 'gated-experts']);
  expect(gated.experts.feedForwards()!.spec.kind).toBe('gated');
  const owned = layerOf(moe.ownedElsewhere(gated.experts));
  expect(owned.experts.feedForwards()).toMatchObject({ gated: true, stored: gated.experts });
  expect([owned.experts.labels, owned.experts.ownFlops({ length: 1 })]).toEqual([gated.experts.labels, 144]);
  const copy = layerOf(moe.copyExperts());
  expect(copy.experts.feedForwards()).toBeNull();
  [plain, owned, gated, copy].forEach((each) => each.dispose());
});

test('who watches is told of each product, with the rows of each expert, until it has had enough', () => {
  const layer = layerOf(moe.plainExperts());
  const bank = layer.experts as Bank;
  const told: unknown[] = [];
  const end = bank.watchProducts((name, rows, offsets) => told.push([name, rows.shape, [...offsets]]));
  const x = Random.fromSeed(2).normal([5, 4]) as tf.Tensor2D;
  const run = () => tf.tidy(() => bank.apply(x, Context.create()).dataSync());
  const all = run();
  expect(told).toEqual([['w1', [15, 4], [0, 5, 10, 15]], ['w2', [15, 6], [0, 5, 10, 15]]]); // prettier-ignore
  end();
  end();
  run();
  expect(told).toHaveLength(2);
  // Applied by itself, a bank is the sum of its experts.
  const sum = tf.tidy(() => {
    const [w1, w2] = ['w1', 'w2'].map((name) => bank.parameters().get(name)!.variable.unstack() as tf.Tensor2D[]);
    const outputs = w1.map((w, e) => {
      const inner = x.matMul<tf.Tensor2D>(w);
      return inner.mul<tf.Tensor2D>(inner.div(Math.SQRT2).erf().add(1).div(2)).matMul<tf.Tensor2D>(w2[e]);
    });
    return tf.addN(outputs).dataSync();
  });
  expectClose(all, sum, 1e-5);
  x.dispose();
  layer.dispose();
});

test('an expert of r steps takes them one after the other, on what was added before, and says how many', () => {
  const base = makeNetwork({ width: 4, hidden: 6, bias: false }) as layers.FeedForward;
  const layer = layerOf(adaptive.recursiveFFN({ base, maxSteps: 3 }));
  expect(layer.experts.labels).toEqual(['1 step', '2 steps', '3 steps']);
  tf.tidy(() => {
    const x = Random.fromSeed(3).normal([2, 4]) as tf.Tensor2D;
    const f = (rows: tf.Tensor) => base.apply(rows, Context.create());
    let sum: tf.Tensor = tf.zerosLike(x);
    const steps = [1, 2, 3].map(() => (sum = sum.add(f(x.add(sum)))));
    expectClose(layer.experts.apply(x, Context.create()), tf.addN(steps), 1e-5);
  });
  layer.dispose();
  base.dispose();
});

test('an adapted gated network has a change for each of its three matrices', () => {
  const base = makeNetwork({ gated: true, width: 4, hidden: 6 }) as layers.GatedFeedForward;
  const layer = layerOf(peft.loraExperts({ base: 'base', rank: 1, alpha: 2 }), { experts: 1, router: routers.topK({ k: 1, renormalize: true }), live: { base } }); // prettier-ignore
  tf.tidy(() => {
    layer.parameters().forEach((parameter, path) => path.startsWith('experts') && parameter.assign(random.child(path).normal(parameter.shape))); // prettier-ignore
    const x = Random.fromSeed(4).normal([3, 4]) as tf.Tensor2D;
    const changed = (name: 'w1' | 'w2' | 'w3') => {
      const [a, b] = ['a', 'b'].map((part) => layer.parameters().get(`experts.${name}.${part}`)!.read().squeeze<tf.Tensor2D>([0])); // prettier-ignore
      return base[name].weight.read().add<tf.Tensor2D>(a.matMul(b).mul(2));
    };
    const expected = x.matMul(changed('w1')).mul(x.matMul(changed('w1')).sigmoid()).mul<tf.Tensor2D>(x.matMul(changed('w3'))).matMul(changed('w2')); // prettier-ignore
    expectClose(layer.apply(x, Context.create()), expected, 1e-4);
  });
  layer.dispose();
  base.dispose();
});

test.each(Object.entries(MEMBERS))('%s: who watches is told of the products that the bank names', (_name, member) => {
  const live = member.live?.(WIDTH, INSIDE);
  const layer = makeLayer({ hidden: INSIDE, expertKind: member.spec(), live });
  const told = new Set<string>();
  const banks = [...layer.experts.modules().values()].filter((each) => 'watchProducts' in each) as (Bank & { products: string[] })[]; // prettier-ignore
  const named = banks.flatMap((bank) => {
    bank.watchProducts((name) => told.add(name));
    return bank.products;
  });
  tf.tidy(() => void layer.experts.apply(tf.ones([3, WIDTH]), Context.create()));
  expect([...told].sort()).toEqual([...new Set(named)].sort());
  layer.dispose();
});
