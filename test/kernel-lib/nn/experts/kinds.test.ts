import { core, moe, routers, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { EXPERTS, fixedRouter, HIDDEN, makeLayer, observed, tokens, WIDTH } from '../../../support/moeLayer';
import { outputOf, setValue } from '../../../support/networks';
import { expectClose } from '../../../support/numeric';

import { MEMBERS } from './members';

const { Context, Random } = core;

/** What a bank makes of all tokens, by one of its experts. */
function alone(experts: moe.ExpertSpec, x: tf.Tensor, prepare = (_: core.Module) => {}): Float32Array {
  const layer = makeLayer({ expertKind: experts, experts: 1, router: fixedRouter(() => ({})) });
  prepare(layer);
  const out = outputOf(layer, x);
  layer.dispose();
  return out;
}

describe('single kinds', () => {
  test('zero gives zeros, copy the token, both exactly and free', () => {
    const x = tokens();
    expect(alone(moe.zeroExperts(), x)).toEqual(new Float32Array(x.size));
    expect(alone(moe.copyExperts(), x)).toEqual(x.dataSync());
    const shape = { numExperts: 2, width: WIDTH, hidden: HIDDEN, random: Random.fromSeed(1) };
    for (const spec of [moe.zeroExperts(), moe.copyExperts()]) {
      const bank = spec.build(shape);
      expect(bank.flops).toEqual([0, 0]);
      expect(bank.countParameters()).toBe(0);
    }
    x.dispose();
  });

  test('constant blends the token and its vector', () => {
    const x = tokens();
    tf.tidy(() => {
      const [w, v] = [tokens([1, WIDTH, 2], 4), tokens([1, WIDTH], 5)];
      const out = alone(moe.constantExperts(), x, (layer) => {
        setValue(layer, 'experts.w', () => w);
        setValue(layer, 'experts.v', () => v);
      });
      const [kept, replaced] = tf.split(tf.softmax(x.matMul(w.squeeze([0]))), 2, 1);
      expectClose(out, x.mul(kept).add(v.mul(replaced)), 1e-5);
    });
    x.dispose();
  });

  test('linear experts are a matrix and a shift; a router that tells the pieces apart makes them piecewise linear', () => {
    const layer = makeLayer({ width: 1, experts: 2, expertKind: moe.linearExperts(), router: routers.topK({ k: 1 }) });
    // |x|: expert 0 where x > 0, expert 1 with slope -1 where x < 0; and one more, by the shift.
    setValue(layer, 'router.weight', () => tf.tensor([[99, -99]]));
    setValue(layer, 'experts.w', () => tf.tensor([[[1]], [[-1]]]));
    setValue(layer, 'experts.b', () => tf.tensor([[1], [1]]));
    const x = tf.tensor([[-2], [-0.5], [0.25], [3]]);
    expectClose(outputOf(layer, x), [3, 1.5, 1.25, 4], 1e-5);
    x.dispose();
    layer.dispose();
  });

  test('modulation of ones and zeros is the block; each expert adds 2 D parameters', () => {
    const count = (numExperts: number) => {
      const bank = moe
        .modulatedExperts()
        .build({ numExperts, width: WIDTH, hidden: HIDDEN, random: Random.fromSeed(1) });
      const size = bank.countParameters();
      bank.dispose();
      return size;
    };
    expect(count(5) - count(4)).toBe(2 * WIDTH);
    const layer = makeLayer({ expertKind: moe.modulatedExperts() });
    const plain = makeLayer({ experts: 1, router: routers.topK({ k: 1, renormalize: true }) });
    for (const name of ['w1', 'w2']) {
      setValue(plain, `experts.${name}`, () => layer.parameters().get(`experts.block.${name}`)!.variable);
    }
    const x = tokens();
    expectClose(outputOf(layer, x), outputOf(plain, x), 1e-5);
    x.dispose();
    layer.dispose();
    plain.dispose();
  });

  test('low-rank parameters count r (D + H) a matrix, and n D more for what stays whole', () => {
    const size = (options: moe.LowRankExpertsOptions) => {
      const bank = moe
        .lowRankExperts(options)
        .build({ numExperts: 3, width: 5, hidden: 7, random: Random.fromSeed(1) });
      const sizes = { parameters: bank.countParameters(), flops: bank.flops[0] };
      bank.dispose();
      return sizes;
    };
    expect(size({ rank: 2 })).toEqual({ parameters: 3 * 2 * 2 * 12, flops: 2 * 2 * 2 * 12 });
    expect(size({ rank: 2, dense: 3, gated: true })).toEqual({ parameters: 3 * 3 * 39, flops: 2 * 3 * 39 });
  });

  test('labels of mixed experts say their kinds to an observer', () => {
    const layer = makeLayer({ expertKind: MEMBERS.mixed.spec() });
    const x = tokens();
    expect(observed(layer, x).experts).toEqual(['plain 0', 'plain 1', 'copy 2', 'constant 3']);
    expect([...layer.parameters().keys()].filter((path) => path.startsWith('experts'))).toEqual([
      ...['experts.plain0.w1', 'experts.plain0.w2', 'experts.constant2.w', 'experts.constant2.v']
    ]);
    x.dispose();
    layer.dispose();
    expect(() => makeLayer({ expertKind: MEMBERS.mixed.spec(), experts: 5 })).toThrow(
      'counts must sum to numExperts (5), got 4'
    );
  });

  test('experts owned elsewhere are used, and counted where they are owned', () => {
    const owner = makeLayer();
    const guest = makeLayer({ expertKind: moe.ownedElsewhere(owner.experts) });
    const x = tokens();
    expect(outputOf(guest, x)).toEqual(outputOf(owner, x));
    expect(guest.countParameters()).toBe(WIDTH * EXPERTS);
    setValue(owner, 'experts.w2', (w) => w.mul(2));
    expectClose(outputOf(guest, x), outputOf(owner, x), 0);
    x.dispose();
    guest.dispose();
    owner.dispose();
  });
});

test('token-indexed: without ids, or with too few, it says so', () => {
  const network = moe.tokenIndexed({ vocabSize: 4, width: WIDTH, hidden: HIDDEN, random: Random.fromSeed(1) });
  const x = tokens([3, WIDTH]);
  expect(() => network.apply(x, Context.create().within('stem'))).toThrow(
    'stem: the context must hold 3 "tokenIds", got null'
  );
  x.dispose();
  network.dispose();
});
