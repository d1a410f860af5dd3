import { core, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { matrixProducts } from '../../../support/matrixProducts';
import { EXPERTS, fixedRouter, makeLayer, tokens, WIDTH } from '../../../support/moeLayer';
import { INSIDE, MEMBERS } from './members';

describe.each(Object.entries(MEMBERS))('%s experts', (_name, member) => {
  test('cost the matrix products that a layer with them executes, which are counted', () => {
    const [width, hidden] = [core.Axis.of('width', WIDTH), core.Axis.of('hidden', INSIDE)];
    // Each expert has as many tokens, so that the mean over the experts is what a token costs.
    const even = fixedRouter((count) => ({ indices: tf.range(0, count, 1, 'int32').mod(tf.scalar(EXPERTS, 'int32')).expandDims(1) as tf.Tensor2D })); // prettier-ignore
    const live = member.live?.(width, hidden);
    const layer = makeLayer({ ...(live && { live }), width, hidden, expertKind: member.spec(), router: even });
    const x = tokens([2 * EXPERTS, WIDTH]);
    const ctx = core.Context.create();
    const counted = matrixProducts(() => tf.tidy(() => void layer.apply(x, ctx)));
    expect(layer.cost({ length: x.shape[0] }).flops).toBeCloseTo(counted / x.shape[0], 6);
    ctx.dispose();
    x.dispose();
    layer.dispose();
    Object.values(live ?? {}).forEach((module) => module.dispose());
  });
});
