import { adaptive, core, type layers, models, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { makeNetwork, outputOf } from '../../../support/networks';
import { expectClose } from '../../../support/numeric';

const { Context, Random } = core;

describe('adaptive.featureReuse', () => {
  const unet = () => models.unet({ imageSize: 8, width: 8, seed: 1 });
  const points = (t: number, count = 2) =>
    tf.tidy(() => tf.concat([Random.fromSeed(1).normal([count, 64]), tf.fill([count, 1], t), tf.fill([count, 1], t * t)], 1)); // prettier-ignore

  test('begun again, the next step computes, whatever was kept; off, nothing of it is left', () => {
    const model = unet();
    const [x, later] = [points(0.2), points(0.6)];
    const plain = [x, later].map((each) => outputOf(model, each));
    const tensors = tf.memory().numTensors;
    const reuse = adaptive.featureReuse(model, { level: 'block', schedule: (step) => step === 0 });
    const shares = () => [...new Set(reuse.shares().values())];
    expect(shares()).toEqual([1]);
    expect(outputOf(model, x)).toEqual(plain[0]);
    expect(outputOf(model, later)).not.toEqual(plain[1]);
    expect(shares()).toEqual([0.5]);
    reuse.restart();
    expect(shares()).toEqual([1]);
    expect(outputOf(model, later)).toEqual(plain[1]);
    outputOf(model, x);
    outputOf(model, x);
    expect(shares()).toEqual([1 / 3]);
    // Points of another number are fine after a restart.
    const more = points(0.2, 3);
    const ctx = Context.create();
    expect(() => model.apply(more, ctx)).toThrow('reuse is for the same points: restart for others than [2,');
    ctx.dispose();
    reuse.restart();
    outputOf(model, more);
    more.dispose();
    reuse.stop();
    expect(tf.memory().numTensors).toBe(tensors);
    expect(outputOf(model, later)).toEqual(plain[1]);
    tf.dispose([x, later]);
    model.dispose();
  });

  test('is not for training', () => {
    const model = unet();
    const x = points(0.2);
    const reuse = adaptive.featureReuse(model, { level: 'block', schedule: 2 });
    outputOf(model, x);
    expect(() => outputOf(model, x, true)).toThrow('features are not reused in training, got training');
    reuse.stop();
    x.dispose();
    model.dispose();
  });
});

describe('adaptive.tokenRoute', () => {
  const network = (width: number) => makeNetwork({ width, hidden: 3 * width, bias: false }) as layers.FeedForward;
  const inputs = (width: number) => Random.fromSeed(5).normal([20 * width, width]) as tf.Tensor2D;

  /** The forecast of a layer, x u v, and what is left of the network's output. */
  function left(width: number, rank?: number) {
    const [unit, x] = [network(width), inputs(width)];
    const layer = adaptive.tokenRoute(unit, { block: 0, policy: 'executeOrApproximate', inputs: x, ...(rank === undefined ? {} : { rank }) }); // prettier-ignore
    const [u, v] = ['u', 'v'].map((name) => layer.parameters().get(`experts.forecast0.${name}`)!.read());
    const result = tf.tidy(() => {
      const y = unit.apply(x, Context.create());
      const rest = y.sub(x.matMul(u.squeeze<tf.Tensor2D>([0])).matMul(v.squeeze<tf.Tensor2D>([0])));
      return {
        rank: u.shape[2],
        error: rest.square().mean().dataSync()[0],
        along: x.matMul(rest as tf.Tensor2D, true).abs().max().dataSync()[0] / (20 * width) // prettier-ignore
      };
    });
    x.dispose();
    [layer, unit].forEach((module) => module.dispose());
    return result;
  }

  test('the rank is an eighth of the width where none is said, and at least 1', () => {
    expect([left(4).rank, left(8).rank, left(16).rank]).toEqual([1, 1, 2]);
  });

  test('of full rank the forecast is the least squares fit; of less, it loses what it must', () => {
    const whole = left(8, 8);
    // Nothing that is left goes along with an input.
    expect(whole.along).toBeLessThan(1e-4);
    const errors = [1, 2, 4, 8].map((rank) => left(8, rank).error);
    expect(errors).toEqual([...errors].sort((a, b) => b - a));
    expect(errors[0]).toBeGreaterThan(1.05 * errors[3]);
  });

  test('a token that executes gets what the network gives; the seed is that of the router', () => {
    const [unit, x] = [network(4), inputs(4)];
    const make = (seed: number) => adaptive.tokenRoute(unit, { block: 0, policy: 'executeOrSkip', inputs: x, seed });
    const built = [1, 1, 2].map(make);
    const weights = built.map((layer) => layer.parameters().get('router.weight')!.variable.dataSync());
    expect(weights[1]).toEqual(weights[0]);
    expect(weights[2]).not.toEqual(weights[0]);
    for (const choice of [0, 1]) {
      const ctx = Context.create();
      tf.tidy(() => {
        ctx.setState(adaptive.PATHS, tf.fill([80, 1], choice, 'int32'));
        expectClose(built[0].apply(x, ctx), choice === 1 ? unit.apply(x, Context.create()) : tf.zeros([80, 4]), 1e-5);
      });
      ctx.dispose();
    }
    x.dispose();
    [...built, unit].forEach((module) => module.dispose());
  });
});

describe('adaptive.tokenReorganize', () => {
  test.each([true, false])('keeps whom the class token attends to most, fuse: %s, and tells', (fuse) => {
    const module = adaptive.tokenReorganize({ keepRate: 0.5, layers: [1], fuse }).build({ block: 1, width: 2 } as never)!; // prettier-ignore
    const records: core.TokensRecord[] = [];
    const ctx = Context.create({ observers: [core.observer('tokens', (record) => records.push(record))] });
    tf.tidy(() => {
      ctx.setState(core.stateKey('classAttention'), tf.tensor2d([[0.1, 0.4, 0.2, 0.3]])); // prettier-ignore
      const x = tf.tensor3d([[[9, 9], [1, 0], [2, 0], [3, 0], [4, 1]]]); // prettier-ignore
      const y = module.apply(x, ctx.within('between'));
      // 0.1 of the first and 0.2 of the third.
      expectClose(y, [9, 9, 2, 0, 4, 1, ...(fuse ? [0.7, 0] : [])], 1e-6);
      expect(module.lengthAfter(5)).toBe(y.shape[1]);
    });
    expect(
      records.map(({ path, kept, scores, rest }) => [path, [...kept], [...scores].map((s) => s.toFixed(1)), rest])
    ).toEqual([
      // prettier-ignore
      ['between', [0, 1, 0, 1], ['0.1', '0.4', '0.2', '0.3'], fuse ? 'merged' : 'dropped']
    ]);
    ctx.dispose();
  });
});
