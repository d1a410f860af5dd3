import { core, routers, tf } from '@switchyard/kernel-lib';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { EXPERTS, makeLayer, observed, TOKENS, tokens } from '../../../support/moeLayer';
import { expectClose } from '../../../support/numeric';

const { Context } = core;

afterEach(() => vi.restoreAllMocks());

describe('what the host reads', () => {
  function countReads(run: () => void): number[] {
    const sizes: number[] = [];
    const original = tf.Tensor.prototype.dataSync;
    vi.spyOn(tf.Tensor.prototype, 'dataSync').mockImplementation(function (this: tf.Tensor) {
      sizes.push(this.size);
      return original.call(this);
    } as typeof original);
    run();
    vi.restoreAllMocks();
    return sizes;
  }

  test('one read a pass, of the indices and one number; with an observer still one', () => {
    const layer = makeLayer({ sharedExperts: 1, capacityFactor: 1 });
    const x = tokens();
    expect(countReads(() => layer.apply(x, Context.create({ training: true })).dispose())).toEqual([1 + 2 * TOKENS]);
    const withObserver = 1 + 2 * TOKENS + 2 * TOKENS + EXPERTS + 2 + TOKENS * EXPERTS;
    expect(countReads(() => observed(layer, x))).toEqual([withObserver]);
    x.dispose();
    layer.dispose();
  });

  test('the record is the routing', () => {
    const layer = makeLayer({ router: routers.topK({ k: 3 }) });
    tf.tidy(() => {
      const x = tokens() as tf.Tensor2D;
      const { path, router, numExperts, k, numTokens, ...record } = observed(layer, x);
      expect({ path, router, numExperts, k, numTokens }).toEqual({
        path: 'layers.0',
        router: 'top-k',
        numExperts: EXPERTS,
        k: 3,
        numTokens: TOKENS
      });
      const routing = layer.router.route(x, Context.create()) as routers.SparseRouting;
      expect(record.experts).toEqual(['0', '1', '2', '3']);
      expect(record.indices).toEqual(routing.indices.dataSync());
      expectClose(record.weights, routing.weights, 1e-6);
      expectClose(record.importance, routing.probs.sum(0), 1e-6);
      expectClose([record.entropy], routing.probs.mul(routing.probs.log()).sum(1).mean().neg(), 1e-5);
    });
    layer.dispose();
  });

  test('the record tells the scores that the choice was made by, the bias as it was in that pass', () => {
    const layer = makeLayer({ router: routers.topK({ k: 2, balance: { bias: { rate: 0.25 } } }) });
    const x = tokens([3, 5]);
    const told: core.RouterScores[] = [];
    for (let pass = 0; pass < 2; pass++) {
      const observers = [core.observer('routing', ({ scores }) => told.push(scores!))];
      const ctx = Context.create({ training: true, observers });
      layer.apply(x, ctx).dispose();
      ctx.finish();
      ctx.dispose();
    }
    tf.tidy(() => {
      const { logits } = layer.router.route(x as tf.Tensor2D, Context.create());
      expectClose(told[0].logits, logits, 1e-6);
      expectClose([told[0].zLoss], logits.exp().sum(1).log().square().mean(), 1e-5);
    });
    expect(Array.from(told[0].selectionBias!)).toEqual([0, 0, 0, 0]);
    // Up or down by the rate, or not at all where the load is the mean.
    expect(told[1].selectionBias!.some((bias) => bias === 0.25)).toBe(true);
    expect(told[1].selectionBias!.every((bias) => [0.25, 0, -0.25].includes(bias))).toBe(true);
    x.dispose();
    layer.dispose();
  });

  test('of very many logits those of every so many tokens are read, the z-loss is of all', () => {
    const [T, E] = [5000, 16];
    const layer = makeLayer({ experts: E, router: routers.topK({ k: 2 }) });
    tf.tidy(() => {
      const x = tf.randomNormal<tf.Rank.R2>([T, tokens().shape[1]!], 0, 1, 'float32', 1);
      const { scores } = observed(layer, x);
      const { logits } = layer.router.route(x, Context.create());
      // 80,000 logits: of every second token.
      expectClose(scores!.logits, tf.stridedSlice(logits, [0, 0], [T, E], [2, 1]), 1e-5);
      expectClose([scores!.zLoss], routers.routerZLoss(logits), 1e-4);
    });
    layer.dispose();
  });
});
