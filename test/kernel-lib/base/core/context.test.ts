import { core, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { expectNoLeak } from '../../../support/numeric';

const { Context, stateKey } = core;

const IDS = stateKey<tf.Tensor1D>('ids');

describe('state of a pass', () => {
  test('is found under its key in every scope, and keys of one name are one key', () => {
    expectNoLeak(() => {
      const ctx = Context.create();
      expect(ctx.getState(IDS)).toBeNull();
      tf.tidy(() => ctx.within('layers').setState(IDS, tf.tensor1d([3, 1])));
      const found: tf.Tensor1D | null = ctx.within('moe').getState(IDS);
      expect(Array.from(found!.dataSync())).toEqual([3, 1]);
      expect(ctx.getState(stateKey('ids'))).toBe(found);
      ctx.dispose();
    });
  });

  test('what is left again takes the place of what was there, which is freed', () => {
    const ctx = Context.create();
    const [first, second] = [tf.tensor1d([1]), tf.tensor1d([2])];
    ctx.setState(IDS, first);
    ctx.setState(IDS, second);
    expect(first.isDisposed).toBe(true);
    expect(ctx.getState(IDS)).toBe(second);
    ctx.dispose();
    expect(second.isDisposed).toBe(true);
  });

  test('a key says in types what the state holds', () => {
    const ctx = Context.create();
    const matrix = tf.tensor2d([[1]]);
    // @ts-expect-error ids are a vector
    ctx.setState(IDS, matrix);
    // @ts-expect-error what is found may not be there
    expect(ctx.getState(IDS).rank).toBe(2);
    ctx.dispose();
  });

  test('refuses a name in place of a key, and a key without a name', () => {
    const ctx = Context.create();
    const name = 'ids' as unknown as core.StateKey;
    expect(() => ctx.getState(name)).toThrow("Context: a state's key is made by core.stateKey(name), got undefined");
    expect(() => ctx.setState(name, tf.scalar(1))).toThrow('core.stateKey');
    expect(() => stateKey('')).toThrow('core.stateKey: name must be a text');
  });
});
