import { core, layers, peft, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { makeNetwork, makeTokens, outputOf, valuesOf } from '../../../support/networks';
import { expectNoLeak } from '../../../support/numeric';

/** Each kind of adapter, on the network's first matrix or on the network itself. */
const KINDS: Record<string, (network: core.Module, seed: number) => peft.Adapters> = {
  lora: (network, seed) => peft.lora(network, { targets: ['0.w1'], rank: 2, seed }),
  'lora of another rank': (network, seed) => peft.lora(network, { targets: ['0'], rank: 3, seed }),
  adapter: (network, seed) =>
    peft.moeLora(network, { targets: ['0.w1'], granularity: 'adapter', experts: 2, rank: 2, seed }),
  'adapters of a network': (network, seed) =>
    peft.moeLora(network, { targets: ['0'], granularity: 'adapter', experts: 2, rank: 1, seed }),
  rank: (network, seed) => peft.moeLora(network, { targets: ['0.w1'], granularity: 'rank', rank: 3, seed }),
  coreSpace: (network, seed) =>
    peft.moeLora(network, { targets: ['0.w1'], granularity: 'coreSpace', experts: 2, rank: 2, seed }),
  tasks: (network, seed) => peft.taskLora(network, { targets: ['0.w1'], experts: 2, rank: 1, tasks: 2, seed }),
  domains: (network, seed) => peft.moeAdapters(network, { targets: ['0'], domains: 2, hidden: 3, seed })
};
const MERGED = new Set(['lora', 'lora of another rank']);
type Operation = 'attach' | 'detach' | 'merge' | 'unmerge';
const AFTER: Record<string, Operation[]> = {
  attached: ['detach', 'merge'],
  detached: ['attach'],
  merged: ['unmerge']
};
const STATE = { attach: 'attached', detach: 'detached', merge: 'merged', unmerge: 'attached' } as const;

const makeBase = (): layers.Sequential => new layers.Sequential([makeNetwork()]);

/** Factors that change something, the same for the same seed. */
function moved(adapters: peft.Adapters, seed: number): peft.Adapters {
  tf.tidy(() =>
    adapters.parameters().forEach((parameter, name) => {
      parameter.assign(core.Random.fromSeed(seed).child(name).normal(parameter.shape, 0, 0.3));
    })
  );
  return adapters;
}

const lora = (base: core.Module, seed: number): peft.Adapters => moved(KINDS.lora(base, seed), seed);
const weightOf = (base: core.Module): Float32Array =>
  base.parameters().get('0.w1.weight')!.variable.dataSync<'float32'>().slice();
const trainable = (base: core.Module): boolean[] => [...base.parameters().values()].map((each) => each.trainable);

/** The first matrix with one adapter merged, or several in turn. */
function mergedAlone(...seeds: number[]): Float32Array {
  const base = makeBase();
  const all = seeds.map((seed) => lora(base, seed));
  all.forEach((adapters) => adapters.merge());
  const weight = weightOf(base);
  all.forEach((adapters) => adapters.remove());
  base.dispose();
  return weight;
}

describe('adapters of one matrix, merged', () => {
  test('the first taken out leaves the second, and the second the base, bit for bit', () => {
    const base = makeBase();
    const before = weightOf(base);
    const [first, second] = [lora(base, 1), lora(base, 2)];
    first.merge();
    second.merge();
    expect(weightOf(base)).toEqual(mergedAlone(1, 2));
    first.unmerge();
    expect(weightOf(base)).toEqual(mergedAlone(2));
    expect(weightOf(base)).not.toEqual(before);
    first.merge();
    expect(weightOf(base)).toEqual(mergedAlone(2, 1));
    second.unmerge();
    first.unmerge();
    expect(weightOf(base)).toEqual(before);
    [first, second, base].forEach((each) => ('remove' in each ? each.remove() : each.dispose()));
  });

  test('removed while merged, a change stays, and what came before or after it can be taken out', () => {
    const base = makeBase();
    const before = weightOf(base);
    expectNoLeak(() => {
      const all = [1, 2, 3].map((seed) => lora(base, seed));
      all.forEach((adapters) => adapters.merge());
      all[1].remove();
      expect(weightOf(base)).toEqual(mergedAlone(1, 2, 3));
      all[2].unmerge();
      expect(weightOf(base)).toEqual(mergedAlone(1, 2));
      all[0].unmerge();
      expect(weightOf(base)).toEqual(mergedAlone(2));
      all.forEach((adapters) => adapters.remove());
    });
    expect(weightOf(base)).toEqual(mergedAlone(2));
    expect(weightOf(base)).not.toEqual(before);
    expect(trainable(base)).not.toContain(false);
    base.dispose();
  });

  test('what was removed is gone: a second time does nothing, and it cannot be attached', () => {
    const base = makeBase();
    const adapters = lora(base, 1);
    adapters.remove();
    expectNoLeak(() => adapters.remove());
    expect(() => adapters.attach()).toThrow('lora.attach: the adapters must be detached, got removed');
    base.dispose();
  });
});

describe('which of the base is trained', () => {
  test('nothing while an adapter is on it, all once the last is off, in any order', () => {
    const base = makeBase();
    const [first, second] = [lora(base, 1), lora(base, 2)];
    first.remove();
    expect(trainable(base)).not.toContain(true);
    second.remove();
    expect(trainable(base)).not.toContain(false);
    base.dispose();
  });

  test('what was frozen before is frozen after, and what the caller says meanwhile holds', () => {
    const base = makeBase();
    const [w1, , w2] = [...base.parameters().values()];
    w1.trainable = false;
    const adapters = lora(base, 1);
    w2.trainable = true;
    expect(trainable(base)).toEqual([false, false, true, false]);
    adapters.remove();
    expect(trainable(base)).toEqual([false, true, true, true]);
    base.dispose();
  });
});

describe.each(Object.keys(KINDS))('two sets of adapters on one network: %s and', (one) => {
  test.each(Object.keys(KINDS))('%s: on, off, in and out in any order, the base is what it was', (two) => {
    const base = makeBase();
    const x = makeTokens(4);
    const [before, plain] = [valuesOf(base), outputOf(base, x)];
    expectNoLeak(() => {
      const names = [one, two];
      const sets = names.map((name, i) => moved(KINDS[name](base, i), i));
      const states: string[] = ['attached', 'attached'];
      const random = core.Random.fromSeed(7).child(one).child(two);
      const pick = (count: number, step: string): number => Math.floor(random.child(step).generator()() * count);
      const apply = (which: number, operation: Operation): void => {
        sets[which][operation]();
        states[which] = STATE[operation];
      };
      for (let step = 0; step < 24; step++) {
        const which = pick(2, `which${step}`);
        const possible = AFTER[states[which]].filter((name) => name !== 'merge' || MERGED.has(names[which]));
        apply(which, possible[pick(possible.length, `what${step}`)]);
      }
      const last = pick(2, 'last');
      [1 - last, last].forEach((which) => {
        if (states[which] === 'merged') {
          apply(which, 'unmerge');
        }
        sets[which].remove();
      });
    });
    expect(valuesOf(base)).toEqual(before);
    expect(outputOf(base, x)).toEqual(plain);
    expect(trainable(base)).not.toContain(false);
    x.dispose();
    base.dispose();
  });
});
