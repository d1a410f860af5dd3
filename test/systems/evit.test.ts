import { adaptive, core, layers, models, tf } from '@switchyard/kernel-lib';
import { describe, expect, test, vi } from 'vitest';
import { flopsRun } from '../support/flopsRun';
import { flopsOf } from '../support/images';
import { outputOf } from '../support/networks';
import { expectClose, expectNoLeak } from '../support/numeric';
import { HALF, toy, TOY } from '../support/smallObjects';

const { Context } = core;

describe('[evit]', () => {
  test('with nothing left out it is the vision transformer, exactly', () => {
    const plain = models.vit({ ...TOY, seed: 1 });
    const all = models.vit({
      ...TOY,
      seed: 1,
      reorganize: adaptive.tokenReorganize({ keepRate: 1, layers: [0, 1, 2] })
    });
    const { x, y } = toy(1, 0, 5);
    expect([...all.parameters().keys()]).toEqual([...plain.parameters().keys()]);
    expect(outputOf(all, x)).toEqual(outputOf(plain, x));
    const less = models.vit({ ...TOY, seed: 1, reorganize: adaptive.tokenReorganize({ ...HALF }) });
    expect(outputOf(less, x)).not.toEqual(outputOf(plain, x));
    expect(less.countParameters()).toBe(plain.countParameters());
    tf.dispose([x, y]);
    [plain, all, less].forEach((model) => model.dispose());
  });

  test.each([
    [0.5, true, [37, 20, 12]],
    [0.5, false, [37, 19, 10]],
    [0.3, true, [37, 13, 6]],
    [1, true, [37, 37, 37]]
  ])('with a keep rate of %d, fused: %s, the blocks have %j tokens', (keepRate, fuse, counts) => {
    const reorganize = adaptive.tokenReorganize({ keepRate, fuse, layers: [0, 1] });
    const model = models.vit({ ...TOY, seed: 1, reorganize });
    const { x, y } = toy(1, 0, 2);
    const isAttention = (module: core.Module): module is layers.ClassAttention =>
      module instanceof layers.ClassAttention;
    const captured = core.captureInputs(model, x, isAttention);
    expect(captured.map(({ input }) => input.shape[1])).toEqual(counts);
    // ceil(keep n) + 2, n without the class token.
    const after = (n: number): number => 1 + Math.ceil(keepRate * n) + (fuse && keepRate < 1 ? 1 : 0);
    expect(counts.slice(1)).toEqual([after(36), after(counts[1] - 1)]);
    // What is counted is what is run.
    const one = x.slice([0, 0, 0, 0], [1, -1, -1, -1]);
    expect(models.moduleFlops(model).get('layers.1.attention')).toBeCloseTo((4 * counts[1] ** 2 * 16) / 36, 6);
    expect(flopsOf(model)).toBeCloseTo(flopsRun(model, 36, one), 3);
    tf.dispose([x, y, one, ...captured.map(({ input }) => input)]);
    model.dispose();
  });

  test('what the class token attends to most goes on as it is, and the rest as its sum weighted by attention', () => {
    const reorganizer = adaptive.tokenReorganize({ keepRate: 0.5, layers: [0] }).build({ block: 0, width: 2 })!;
    const x = tf.tensor3d([[[9, 9], [1, 0], [0, 1], [2, 2], [3, -1]]]); // prettier-ignore
    const ctx = Context.create();
    ctx.setState(layers.CLASS_ATTENTION, tf.tensor2d([[0.1, 0.4, 0.2, 0.3]]));
    const out = reorganizer.apply(x, ctx);
    expectClose(out, [9, 9, 0, 1, 3, -1, 0.1 * 1 + 0.2 * 2, 0.2 * 2]);
    // All tokens are reached by the gradient where they are fused, and only those kept where they are not.
    const dropped = adaptive
      .tokenReorganize({ keepRate: 0.5, layers: [0], fuse: false })
      .build({ block: 0, width: 2 })!;
    const reached = [reorganizer, dropped].map(
      (each) =>
      tf.tidy(() => tf.grad((tokens) => each.apply(tokens, ctx).sum())(x).slice([0, 0, 0], [-1, -1, 1]).notEqual(0).dataSync()) // prettier-ignore
    );
    expect(reached.map((each) => [...each])).toEqual([[1, 1, 1, 1, 1], [1, 0, 1, 0, 1]]); // prettier-ignore
    ctx.dispose();
    expect(() => reorganizer.apply(x, Context.create())).toThrow('must hold "classAttention" [1, 4], got null');
    const model = models.vit({ ...TOY, seed: 1, reorganize: adaptive.tokenReorganize(HALF) });
    const batch = toy(1, 0, 4);
    expectNoLeak(() => void outputOf(model, batch.x));
    tf.dispose([x, out, batch.x, batch.y]);
    model.dispose();
  });

  test('publishes which tokens go on, as an event of its own kind, and reads for that only where somebody listens', () => {
    const reorganizer = adaptive.tokenReorganize({ keepRate: 0.5, layers: [0] }).build({ block: 0, width: 2 })!;
    const x = tf.ones([2, 5, 2]);
    const attention = [0.1, 0.4, 0.2, 0.3, 0.35, 0.05, 0.15, 0.45].map(Math.fround);
    const run = (observers: core.Observer[]) => {
      const reads = vi.spyOn(tf.Tensor.prototype, 'dataSync');
      const ctx = Context.create({ observers });
      ctx.setState(layers.CLASS_ATTENTION, tf.tensor2d(attention, [2, 4]));
      reorganizer.apply(x, ctx.within('layers.0.between')).dispose();
      ctx.dispose();
      const count = reads.mock.calls.length;
      reads.mockRestore();
      return count;
    };
    const events: core.PublishedEvent[] = [];
    const alone = run([]);
    expect(run([core.observer(['routing', 'depth'], (event) => events.push(event))])).toBe(alone);
    expect(events).toEqual([]);
    expect(run([core.observer(['tokens', 'routing'], (event) => events.push(event))])).toBe(alone + 1);
    expect(events).toEqual([
      {
        ...{ kind: 'tokens', path: 'layers.0.between', batchSize: 2, length: 4, rest: 'merged' },
        kept: Uint8Array.of(0, 1, 0, 1, 1, 0, 0, 1),
        scores: Float32Array.from(attention)
      }
    ]);
    x.dispose();
  });

  test('half the operations are left where two blocks leave half of the patches out', () => {
    const [vit, less] = [undefined, adaptive.tokenReorganize(HALF)].map((reorganize) => models.vit({ ...TOY, reorganize })); // prettier-ignore
    expect(flopsOf(less) / flopsOf(vit)).toBeLessThan(0.5);
    [vit, less].forEach((model) => model.dispose());
  });
});
