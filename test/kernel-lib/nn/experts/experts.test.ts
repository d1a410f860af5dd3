import { core, moe, routers, tf } from '@switchyard/kernel-lib';
import { describe, test } from 'vitest';
import { EXPERTS, expectGradients, makeLayer, tokens } from '../../../support/moeLayer';
import { expectClose, expectNoLeak } from '../../../support/numeric';

const { Context, Random } = core;

describe.each(['plain', 'gated', moe.plainExperts({ bias: true, activation: 'silu' })] as const)(
  'experts %o',
  (experts) => {
    test('one expert alone is a feed-forward network', () => {
      const layer = makeLayer({ expertKind: experts, experts: 1, router: routers.topK({ k: 1 }) });
      const x = tokens();
      tf.tidy(() => {
        const w = (name: string) => layer.parameters().get(`experts.${name}`)?.variable.squeeze([0]) as tf.Tensor2D;
        const inner = x.matMul(w('w1'));
        const hidden =
          experts === 'gated'
            ? inner.mul(inner.sigmoid()).mul(x.matMul(w('w3')))
            : experts === 'plain'
              ? inner.mul(inner.div(Math.SQRT2).erf().add(1).div(2))
              : inner.mul(inner.sigmoid());
        expectClose(layer.apply(x, Context.create()), hidden.matMul(w('w2')), 1e-5);
      });
      x.dispose();
      layer.dispose();
    });

    test('gradients agree with finite differences', () => {
      const layer = makeLayer({ expertKind: experts, sharedExperts: 1, router: routers.topK({ k: EXPERTS }) });
      expectGradients(layer);
      layer.dispose();
    });

    test('200 steps leave no tensor behind', () => {
      const layer = makeLayer({
        expertKind: experts,
        sharedExperts: 1,
        capacityFactor: 1,
        router: routers.topK({
          k: 2,
          balance: { bias: { rate: 0.01 }, zLoss: 1e-3, loss: { convention: 'hf', coefficient: 0.01 } }
        })
      });
      const x = tokens();
      const step = (index: number) => {
        const ctx = Context.create({
          training: true,
          random: Random.fromSeed(index),
          observers: [core.observer('routing', () => undefined)]
        });
        const { value, grads } = tf.variableGrads(() =>
          tf.tidy(
            () => tf.addN([layer.apply(x, ctx.within('moe')).square().mean(), ...ctx.losses.values()]) as tf.Scalar
          )
        );
        tf.dispose([value, grads]);
        ctx.finish();
        ctx.dispose();
      };
      step(0);
      expectNoLeak(() => {
        for (let index = 1; index <= 200; index++) {
          step(index);
        }
      });
      x.dispose();
      layer.dispose();
    });
  }
);
