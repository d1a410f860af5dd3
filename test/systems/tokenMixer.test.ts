import { core, models, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { CLICK_SIZE, logLoss, makeItems } from '../support/clickItems';
import { setValue } from '../support/networks';
import { expectNoLeak } from '../support/numeric';
import { mean, minimise } from '../support/regression';

const { Context, Random } = core;

const DEEP = { ...CLICK_SIZE, layers: 24 };
const SEEDS = [1];

class Identity extends core.Module {
  readonly kind = 'identity';

  apply(x: tf.Tensor): tf.Tensor {
    return x.clone();
  }
}

const withoutNorms = { norm: { kind: 'identity', options: {}, build: () => new Identity() } };

/** Norm of the gradient in each layer of a model as it was made; [L]. */
function gradientNorms(options: Partial<models.TokenMixerOptions>, seed: number): number[] {
  const model = models.tokenMixer({ ...DEEP, seed, ...options });
  const { x, y } = makeItems(seed, 32);
  const ctx = Context.create({ training: true });
  const own = [...model.parameters()].filter(([path]) => path.startsWith('layers.'));
  const { value, grads } = tf.variableGrads(
    () => logLoss(model.apply(x, ctx), y),
    own.map(([, { variable }]) => variable)
  );
  const norms = Array.from({ length: DEEP.layers }, (_, layer) => {
    const squares = own
      .filter(([path]) => path.startsWith(`layers.${layer}.`))
      .map(([, { variable }]) => tf.tidy(() => grads[variable.name].square().sum().dataSync()[0]));
    return Math.sqrt(squares.reduce((sum, each) => sum + each, 0));
  });
  tf.dispose([x, y, value, grads]);
  ctx.dispose();
  model.dispose();
  return norms;
}

/** What routers decided in a pass, by path, and how many choices there were. */
function choices(model: models.TokenMixer, count: number): Map<string, { numTokens: number; chosen: number }> {
  const found = new Map<string, { numTokens: number; chosen: number }>();
  const observer = core.observer('routing', ({ path, numTokens, indices }) =>
    found.set(path, { numTokens, chosen: indices.filter((expert) => expert >= 0).length })
  );
  const ctx = Context.create({ observers: [observer] });
  tf.tidy(() => void model.apply(makeItems(1, count).x, ctx));
  ctx.dispose();
  return found;
}

const expertFlops = (model: models.TokenMixer): number =>
  [...models.moduleFlops(model)].reduce((sum, [path, flops]) => sum + (path.endsWith('.experts') ? flops! : 0), 0);

describe('[tokenmixer-large]', () => {
  test('mixing takes the h-th piece of every token, by hand', () => {
    const mixed = tf.tidy(() => models.mixTokens(tf.range(0, 12).reshape([1, 2, 6]), 3).arraySync());
    // Tokens 0..5 and 6..11 in three pieces each.
    expect(mixed).toEqual([[[0, 1, 6, 7], [2, 3, 8, 9], [4, 5, 10, 11]]]); // prettier-ignore
    expect(() => models.mixTokens(tf.zeros([1, 2, 6]), 4)).toThrow('heads must divide the width (6), got 4');
    expect(() => models.revertTokens(tf.zeros([1, 2, 6]), 4)).toThrow('slots must divide the width (6), got 4');
  });

  test.each([
    [4, 16, 4],
    [3, 16, 8],
    [5, 6, 2],
    [1, 4, 4]
  ])('reverting what was mixed gives it back to the bit: %i tokens of width %i, %i heads', (slots, width, heads) => {
    tf.tidy(() => {
      const x = Random.fromSeed(slots).normal([7, slots, width]);
      const mixed = models.mixTokens(x, heads);
      expect(mixed.shape).toEqual([7, heads, (slots * width) / heads]);
      expect(models.revertTokens(mixed, slots).dataSync()).toEqual(x.dataSync());
    });
  });

  test('24 layers without norms: residuals from layer to layer bring the first layer more than ten times the gradient', () => {
    for (const seed of SEEDS) {
      const [first] = gradientNorms(withoutNorms, seed);
      const [alone] = gradientNorms({ ...withoutNorms, interResidual: false }, seed);
      expect(first).toBeGreaterThan(1e-3);
      expect(first).toBeGreaterThan(10 * alone);
    }
  });

  test('24 layers with norms: without residuals gradients do not vanish but explode; with them, and reverted, they are even', () => {
    const unevenness = (norms: number[]): number => Math.max(...norms) / Math.min(...norms);
    for (const seed of SEEDS) {
      const even = unevenness(gradientNorms({}, seed));
      expect(even).toBeLessThan(10);
      expect(unevenness(gradientNorms({ interResidual: false }, seed))).toBeGreaterThan(1000 * even);
      // Mixed tokens added to those that they are not made of: the stream doubles, and the last layers learn nothing.
      expect(unevenness(gradientNorms({ mixRevert: false }, seed))).toBeGreaterThan(1000 * even);
    }
  });

  test('a block gives each slot back where it came from: with networks of mixed tokens silent, no slot hears of another', () => {
    const others = (silent: boolean): number => {
      const model = models.tokenMixer({ ...CLICK_SIZE, layers: 1, interResidual: false });
      if (silent) {
        [...model.parameters().keys()].filter((path) => path.includes('.mixed.') && path.endsWith('w2.weight')).forEach((path) => setValue(model, path, tf.zerosLike)); // prettier-ignore
      }
      const x = makeItems(3, 5).x;
      const run = (items: tf.Tensor3D): tf.Tensor[] => {
        let slots: tf.Tensor[] = [];
        const release = model
          .modules()
          .get('layers.0')!
          .intercept((inner, tokens) => {
            const output = inner(tokens);
            slots = output.unstack(1).map((slot) => tf.keep(slot));
            return output;
          });
        const ctx = Context.create();
        tf.tidy(() => void model.apply(items, ctx));
        release();
        ctx.dispose();
        return slots;
      };
      const changed = tf.tidy(() => x.add(tf.oneHot(tf.scalar(2, 'int32'), CLICK_SIZE.slots).toFloat().reshape([1, CLICK_SIZE.slots, 1])) as tf.Tensor3D); // prettier-ignore
      const [before, after] = [run(x), run(changed)];
      const moved = before.map((slot, i) => tf.tidy(() => after[i].sub(slot).abs().max().dataSync()[0]));
      expect(moved[2]).toBeGreaterThan(1e-3);
      tf.dispose([x, changed, ...before, ...after]);
      model.dispose();
      return Math.max(...moved.filter((_, i) => i !== 2));
    };
    expect(others(true)).toBe(0);
    expect(others(false)).toBeGreaterThan(1e-3);
  });

  test('a residual spans as many layers as it is told', () => {
    const x = makeItems(3, 5).x;
    const output = (interResidual: boolean | number): number[] => {
      const model = models.tokenMixer({ ...CLICK_SIZE, layers: 4, interResidual });
      // Blocks say nothing: what is left are the residuals.
      [...model.parameters().keys()].filter((path) => path.endsWith('w2.weight')).forEach((path) => setValue(model, path, (w) => w.mul(0))); // prettier-ignore
      const ctx = Context.create();
      const odds = tf.tidy(() => Array.from(model.apply(x, ctx).dataSync()));
      ctx.dispose();
      model.dispose();
      return odds;
    };
    const [every, two, none] = [output(true), output(2), output(false)];
    expect(two).toEqual(every);
    none.forEach((odds) => expect(odds).toBe(0));
    expect(every.every((odds) => odds !== 0)).toBe(true);
    expect(() => output(5)).toThrow('interResidual must be an integer 0..4');
    x.dispose();
  });

  test('operations of the experts grow with k, and not with their number; in a pass as many are chosen', () => {
    const build = (experts: number, k: number): models.TokenMixer =>
      models.tokenMixer({ ...CLICK_SIZE, moe: { experts, k } });
    for (const [experts, k] of [
      [2, 1],
      [8, 1],
      [8, 2],
      [32, 2]
    ]) {
      const model = build(experts, k);
      // Two networks a layer, three matrices each, for one slot.
      expect(expertFlops(model)).toBe(CLICK_SIZE.layers * 2 * k * 6 * CLICK_SIZE.width * CLICK_SIZE.hidden);
      const found = choices(model, 10);
      expect(found.size).toBe(CLICK_SIZE.layers * 2 * CLICK_SIZE.slots);
      found.forEach(({ numTokens, chosen }) => expect([numTokens, chosen]).toEqual([10, 10 * k]));
      model.dispose();
    }
  });

  test('each slot has its own experts, or all share one mixture', () => {
    const own = models.tokenMixer({ ...CLICK_SIZE, moe: { experts: 4, k: 1 } });
    const shared = models.tokenMixer({ ...CLICK_SIZE, moe: { perToken: false, experts: 4, k: 1 } });
    const held = (model: models.TokenMixer): number =>
      [...model.parameters()].reduce((sum, [path, { variable }]) => sum + (path.includes('.experts.') ? variable.size : 0), 0); // prettier-ignore
    expect(held(own)).toBe(CLICK_SIZE.slots * held(shared));
    expect(expertFlops(own)).toBe(expertFlops(shared));
    expect([...choices(shared, 10).values()].map(({ numTokens }) => numTokens)).toEqual(new Array(4).fill(40));
    // The last networks see a slot's own token: those of another slot do not change what it says.
    const tokens = own.modules().get('layers.1.tokens')!;
    const x = tf.tidy(() => Random.fromSeed(5).normal([3, CLICK_SIZE.slots, CLICK_SIZE.width]));
    const run = (): Float32Array[] => {
      const ctx = Context.create();
      const slots = tf.tidy(() => {
        ctx.setState(core.stateKey('tokenMixer/slots'), tf.range(0, CLICK_SIZE.slots, 1, 'int32').tile([3]));
        return tokens.apply(x, ctx).unstack(1).map((slot) => slot.dataSync<'float32'>()); // prettier-ignore
      });
      ctx.dispose();
      return slots;
    };
    const before = run();
    setValue(own, 'layers.1.tokens.2.experts.w2', (w) => w.mul(2));
    run().forEach((slot, i) => (i === 2 ? expect(slot).not.toEqual(before[i]) : expect(slot).toEqual(before[i])));
    x.dispose();
    [own, shared].forEach((model) => model.dispose());
  });

  test('heads on the way down are heard in training, where the pass holds labels: the mean of their cross entropies', () => {
    const model = models.tokenMixer({ ...CLICK_SIZE, layers: 6, auxiliary: { every: 2, coefficient: 0.25 } });
    expect([...model.modules().keys()].filter((path) => /^layers\.exit\d+$/.test(path))).toEqual(['layers.exit2', 'layers.exit4']); // prettier-ignore
    const { x, y } = makeItems(4, 20);
    const said: number[] = [];
    const undo = ['layers.exit2', 'layers.exit4'].map((path) =>
      model
        .modules()
        .get(path)!
        .intercept((inner, tokens) => {
          const odds = inner(tokens);
          said.push(logLoss(odds, y).dataSync()[0]);
          return odds;
        })
    );
    const auxiliary = (training: boolean, labels: boolean): number | undefined => {
      const ctx = Context.create({ training });
      tf.tidy(() => {
        if (labels) {
          ctx.setState(models.LABELS, y.clone());
        }
        model.apply(x, ctx);
      });
      const loss = ctx.losses.get('layers/auxiliary')?.dataSync()[0];
      ctx.dispose();
      return loss;
    };
    expect(auxiliary(true, true)).toBeCloseTo(0.25 * mean(said), 5);
    expect(said).toHaveLength(2);
    expect(auxiliary(true, false)).toBeUndefined();
    expect(auxiliary(false, true)).toBeUndefined();
    undo.forEach((takeOff) => takeOff());
    tf.dispose([x, y]);
    model.dispose();
  });

  test('training leaks nothing', () => {
    const model = models.tokenMixer({ ...CLICK_SIZE, moe: { experts: 2, k: 1 }, auxiliary: { every: 1 }, seed: 1 });
    expectNoLeak(() => {
      const loss = (ctx: core.Context, step: number): tf.Tensor => {
        const { x, y } = makeItems(100 + step, 16);
        ctx.setState(models.LABELS, y.clone());
        return logLoss(model.apply(x, ctx), y);
      };
      minimise(model, loss, { steps: 2, seed: 1 });
    });
    model.dispose();
  });
});
