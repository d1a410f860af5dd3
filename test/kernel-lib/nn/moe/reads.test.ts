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
    const withObserver = 1 + 2 * TOKENS + 2 * TOKENS + EXPERTS + 1;
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
});
