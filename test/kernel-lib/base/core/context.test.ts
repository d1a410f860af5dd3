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

declare module '@switchyard/kernel-lib/dist/base/core/events.js' {
  interface EventKinds {
    /** A kind that the core knows nothing of. */
    spikes: { path: string; count: number };
  }
}

describe('events of a pass', () => {
  const round = { kind: 'round', round: 1, clients: ['a'], values: {} } as const;
  const trial = { kind: 'trial', number: 0, candidate: { width: 8 }, state: 'complete', values: {} } as const;

  test('reach those who observe their kind, in every scope, in the order of the list', () => {
    const heard: string[] = [];
    const ctx = Context.create({
      observers: [
        core.observer('round', ({ round: number }) => heard.push(`first ${number}`)),
        core.observer(['trial', 'round'], (event) => heard.push(`second ${event.kind}`))
      ]
    });
    ctx.within('layers').publish({ ...round, clients: [] });
    ctx.publish(trial);
    ctx.publish({ kind: 'mask', path: 'w', shape: [1], kept: Uint8Array.of(1) });
    expect(heard).toEqual(['first 1', 'second round', 'second trial']);
    expect([ctx.wants('trial'), ctx.within('layers').wants('round'), ctx.wants('mask')]).toEqual([true, true, false]);
  });

  test('a floor adds a kind by its type alone', () => {
    const heard: number[] = [];
    const ctx = Context.create({ observers: [core.observer('spikes', ({ count }) => heard.push(count))] });
    ctx.publish({ kind: 'spikes', path: 'layers.0', count: 3 });
    // @ts-expect-error a kind has its own fields
    ctx.publish({ kind: 'spikes', path: 'layers.0' });
    // @ts-expect-error nobody has declared this kind
    ctx.publish({ kind: 'sparks', path: 'layers.0' });
    expect(heard).toEqual([3, undefined]);
  });

  test('a pass of the time when there was one kind of event is told the new name', () => {
    const options = { observer: { observe: () => undefined } } as core.ContextOptions;
    expect(() => Context.create(options)).toThrow(
      "Context.create: observer is now observers, a list: [core.observer('routing', f)]"
    );
    expect(() => Context.create({ observer: null } as core.ContextOptions)).toThrow('observers');
  });
});
