import { core, moe, peft, routers, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { makeNetwork, makeTokens, outputOf, setValue } from '../support/networks';
import { expectNoLeak } from '../support/numeric';
import type { Batches } from '../support/regression';
import { errorOf, mean, regress } from '../support/regression';

const { Context, Random } = core;

const WIDTH = 16;
const EXPERTS = 4;
const BASE = { width: WIDTH, hidden: 32, bias: false };

function makeRethink(
  base: moe.DenseNetwork,
  rounds: number,
  seed = 1,
  router = routers.recurrent({ k: 2 })
): moe.Rethink {
  const experts = peft.loraExperts({ base, rank: 4 });
  return moe.rethink({
    rounds,
    router,
    expertKind: experts,
    experts: EXPERTS,
    width: WIDTH,
    hidden: 32,
    random: Random.fromSeed(seed)
  });
}

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

/** g after f, each the step of one of four adapted networks: of f by where a token lies, of g by where f has put it. */
function makeComposed(base: moe.DenseNetwork, seed: number): { batches: Batches; dispose: () => void } {
  const planted = moe.rethink({
    ...{
      rounds: 2,
      router: routers.topK({ k: 1, renormalize: true }),
      expertKind: peft.loraExperts({ base, rank: 2 })
    },
    ...{ experts: EXPERTS, width: WIDTH, hidden: 32, random: Random.fromSeed(seed).child('planted') }
  });
  [...planted.parameters().keys()]
    .filter((path) => path.endsWith('.b'))
    .forEach((path) => setValue(planted, path, (b) => Random.fromSeed(seed).child(path).normal(b.shape)));
  return {
    batches: (step) => {
      const x = Random.fromSeed(seed).child('batch').child(step).normal([128, WIDTH]);
      return { x, y: planted.apply(x, Context.create()) };
    },
    dispose: () => planted.dispose()
  };
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

  test('g after f is learnt better in two rounds than in one, with as many parameters', () => {
    const runs = [1, 2, 3].map((seed) => {
      const base = makeNetwork({ ...BASE, seed });
      const { batches, dispose } = makeComposed(base, seed);
      const errors = [1, 2].map((rounds) => {
        const module = makeRethink(base, rounds, seed, routers.recurrent({ k: 1 }));
        regress(module, batches, { steps: 150, seed });
        const error = errorOf(module, batches);
        module.dispose();
        return error;
      });
      dispose();
      base.dispose();
      return errors;
    });
    expect(mean(runs.map(([one, two]) => one - two))).toBeGreaterThan(0);
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
