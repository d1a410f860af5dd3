import { core, routers, tf, type moe } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { makeNetwork, makeTokens, outputOf, setValue } from '../support/networks';
import { expectNoLeak } from '../support/numeric';
import { BASE, makeRethink } from '../support/rethinking';

const { Context, Random } = core;

const WIDTH = BASE.width;

/** Makes experts differ, as training would: at first all are the base. */
function spread(module: moe.Rethink): void {
  [...module.parameters().keys()]
    .filter((path) => path.endsWith('.b'))
    .forEach((path) => setValue(module, path, (b) => Random.fromSeed(4).child(path).normal(b.shape, 0, 0.5)));
  setValue(module, 'moe.router.weight', (w) => w.mul(10));
}

/** What each round decides about tokens. */
function roundsOf(module: moe.Rethink, x: tf.Tensor): core.RoutingRecord[] {
  const records: core.RoutingRecord[] = [];
  const ctx = Context.create({ observers: [core.observer('routing', (record) => records.push(record))] });
  tf.tidy(() => module.apply(x, ctx).dispose());
  ctx.dispose();
  return records;
}

describe('[graphmoe]', () => {
  test('one round is the mixture of adapted networks', () => {
    const base = makeNetwork(BASE);
    const one = makeRethink(base, 1);
    const x = makeTokens(30, WIDTH);
    spread(one);
    expect(outputOf(one, x)).toEqual(outputOf(one.moe, x));
    expect(one.moe.experts.kind).toBe('lora-experts');
    const two = makeRethink(base, 2);
    spread(two);
    expect(two.countParameters()).toBe(one.countParameters());
    expect(outputOf(two, x)).not.toEqual(outputOf(one, x));
    x.dispose();
    [one, two, base].forEach((module) => module.dispose());
  });

  test('a second round routes what the first has made of the token', () => {
    const base = makeNetwork(BASE);
    const [two, x] = [makeRethink(base, 2), makeTokens(30, WIDTH)];
    spread(two);
    tf.tidy(() => {
      const ctx = Context.create();
      const first = two.moe.apply(x, ctx);
      const second = two.moe.apply(x.add(first), ctx);
      const whole = outputOf(two, x);
      expect(first.add(second).sub(tf.tensor(whole, x.shape)).abs().max().dataSync()[0]).toBeLessThan(1e-5);
      ctx.dispose();
    });
    x.dispose();
    [two, base].forEach((module) => module.dispose());
  });

  test('work grows with the rounds, and routing changes from round to round', () => {
    const base = makeNetwork(BASE);
    const x = makeTokens(60, WIDTH);
    [1, 2, 3].forEach((rounds) => {
      const module = makeRethink(base, rounds);
      spread(module);
      const records = roundsOf(module, x);
      expect(records.map(({ path }) => path)).toEqual(Array.from({ length: rounds }, (_, r) => `round${r}.moe`));
      const rows = records.reduce((sum, { indices }) => sum + indices.filter((expert) => expert >= 0).length, 0);
      expect(rows).toBe(rounds * 60 * 2);
      records.slice(1).forEach((record, r) => {
        expect(record.indices).not.toEqual(records[r].indices);
        expect(Math.abs(record.entropy - records[r].entropy)).toBeGreaterThan(1e-3);
      });
      module.dispose();
    });
    x.dispose();
    base.dispose();
  });

  test("the router's state goes from round to round", () => {
    const base = makeNetwork(BASE);
    const x = makeTokens(60, WIDTH);
    const second = (carry: boolean) => {
      const module = makeRethink(base, 2, 1, routers.recurrent({ k: 2, carry }));
      spread(module);
      const records = roundsOf(module, x);
      module.dispose();
      return records;
    };
    const [with_, without] = [second(true), second(false)];
    expect(with_[0].weights).toEqual(without[0].weights);
    expect(with_[1].weights).not.toEqual(without[1].weights);
    x.dispose();
    base.dispose();
  });

  test('nothing is left behind', () => {
    const base = makeNetwork(BASE);
    expectNoLeak(() => {
      const module = makeRethink(base, 3);
      const x = makeTokens(10, WIDTH);
      outputOf(module, x, true);
      expect(() => makeRethink(base, 0)).toThrow('rethink: rounds must be an integer of at least 1, got 0');
      x.dispose();
      module.dispose();
    });
    base.dispose();
  });
});
