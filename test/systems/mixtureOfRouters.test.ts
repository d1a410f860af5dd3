import { core, moe, routers, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { setValue } from '../support/networks';
import { makePieces } from '../support/pieces';
import { mean, regress } from '../support/regression';
import { choicesOf } from '../support/stack';

const { Context, Random } = core;

const WIDTH = 16;
const SUB = 4;

describe('[mixture-of-routers]', () => {
  test('of one router is that router', () => {
    const shape = () => ({ width: WIDTH, numExperts: 8, random: Random.fromSeed(1) });
    const [mixture, single] = [routers.mixture({ k: 2, sub: 1 }), routers.topK({ k: 2 })].map((r) => r.build(shape()));
    mixture.parameters().get('sub0')!.assign(single.parameters().get('weight')!.variable);
    expect(mixture.countParameters()).toBe(single.countParameters());
    const x = Random.fromSeed(2).normal([30, WIDTH]) as tf.Tensor2D;
    tf.tidy(() => {
      const [a, b] = [mixture, single].map((r) => r.route(x, Context.create()) as routers.SparseRouting);
      expect(a.indices.dataSync()).toEqual(b.indices.dataSync());
      expect(a.probs.sub(b.probs).abs().max().dataSync()[0]).toBeLessThan(1e-6);
    });
    x.dispose();
    [mixture, single].forEach((router) => router.dispose());
  });

  test('losing any one sub-router changes the choice of fewer tokens than losing that share of a single one', () => {
    const runs = [1, 2, 3].map((seed) => {
      const task = makePieces({ width: WIDTH, seed });
      const { x, y } = task.batch(1_000_000, 1024);
      /** Share of tokens whose experts are others when a part of the router is zero, part by part. */
      const run = (
        router: routers.RouterSpec,
        hidden: number,
        losePart: (layer: moe.MoeLayer, part: number) => void
      ) => {
        const experts = moe.lowRankExperts({ rank: 4 });
        const random = Random.fromSeed(seed);
        const layer = moe.layer({ router, expertKind: experts, experts: 8, width: WIDTH, hidden, random });
        regress(layer, (step) => task.batch(step, 128), { steps: 120, seed });
        const choices = () => choicesOf(layer, x)[0].map((row) => [...row].sort().join());
        const before = choices();
        const changed = Array.from({ length: SUB }, (_, part) => {
          const kept = [...layer.router.parameters().values()].map((each) => [each, each.variable.clone()] as const);
          losePart(layer, part);
          const share = mean(choices().map((row, t) => (row === before[t] ? 0 : 1)));
          kept.forEach(([parameter, value]) => parameter.assign(value));
          tf.dispose(kept.map(([, value]) => value));
          return share;
        });
        const parameters = layer.countParameters();
        layer.dispose();
        return { changed, parameters };
      };
      const mixed = run(routers.mixture({ k: 2, sub: SUB, balance: {} }), 16, (layer, part) =>
        setValue(layer, `router.sub${part}`, tf.zerosLike)
      );
      // The parameters that it lacks are in its experts.
      const single = run(routers.topK({ k: 2, balance: {} }), 23, (layer, part) =>
        setValue(layer, 'router.weight', (old) =>
          old.mul(tf.range(0, WIDTH).mod(SUB).notEqual(part).toFloat().expandDims(1))
        )
      );
      tf.dispose([x, y]);
      task.dispose();
      expect(single.parameters).toBe(mixed.parameters);
      return Math.max(...mixed.changed) - mean(single.changed);
    });
    expect(mean(runs)).toBeLessThan(0);
  }, 300_000);
});
