import { core, models, tf } from '@switchyard/kernel-lib';
import { afterAll, describe, expect, test } from 'vitest';
import { valuesOf } from '../../support/networks';
import { expectNoLeak } from '../../support/numeric';
import { MODELS } from './members';

const { Context, Random } = core;

describe.each(Object.entries(MODELS))('every model: %s', (_name, { make, input, before, still }) => {
  const model = make(3);
  const x = input();
  afterAll(() => [model, x].forEach((each) => each.dispose()));
  const pass = (training = true) => {
    const ctx = Context.create({ training, random: Random.fromSeed(1) });
    before?.(ctx);
    return ctx;
  };

  test('gives finite outputs, and the same again', () => {
    const run = (given: tf.Tensor) => tf.tidy(() => [...model.apply(given, pass(false)).dataSync()]);
    const out = run(x);
    expect(out.every(Number.isFinite)).toBe(true);
    expect(run(x)).toEqual(out);
  });

  test('every parameter gets a finite gradient, and one that is not zero but where none is meant', () => {
    tf.tidy(() => {
      const loss = () => {
        const ctx = pass();
        return tf.addN([model.apply(x, ctx).square().sum(), ...ctx.losses.values()]) as tf.Scalar;
      };
      const { grads } = tf.variableGrads(loss);
      for (const [path, { variable }] of model.parameters()) {
        const gradient = grads[variable.name] as tf.Tensor | undefined;
        const largest = gradient === undefined ? 0 : gradient.abs().max().dataSync()[0];
        expect(Number.isFinite(largest), path).toBe(true);
        expect(largest > 0, path).toBe(still?.test(path) !== true);
      }
    });
  });

  test('the same seed gives the same parameters, another gives others', () => {
    const [same, other] = [make(3), make(4)];
    expect(valuesOf(same)).toEqual(valuesOf(model));
    expect(valuesOf(other)).not.toEqual(valuesOf(model));
    [same, other].forEach((each) => each.dispose());
  });

  test('built to be filled, nothing is drawn: every value is constant until it is read or copied', () => {
    const blank = models.build(model.spec, Random.blank());
    const varied = [...blank.parameters()].filter(([, { variable }]) => new Set(variable.dataSync()).size > 1);
    blank.dispose();
    expect(varied.map(([path]) => path)).toEqual([]);
  });

  test('says what it costs', () => {
    const { flops, parameters, bytes } = model.cost({ length: 4, tokens: 8 });
    expect(flops).toBeGreaterThan(0);
    expect(parameters).toBe(model.countParameters());
    expect(bytes).toBe(4 * [...model.stored()].reduce((sum, [, { shape }]) => sum + tf.util.sizeFromShape(shape), 0));
  });

  test('a pass and its gradient leave nothing behind, and dispose frees all it made', () => {
    expectNoLeak(() => {
      const ctx = pass();
      const { value, grads } = tf.variableGrads(() => model.apply(x, ctx).square().sum() as tf.Scalar);
      tf.dispose([value, grads]);
      ctx.dispose();
    });
    expectNoLeak(() => make(3).dispose());
  });
});

test('no kind of model is left out', () => {
  const kinds = Object.values(MODELS).map(({ make }) => {
    const model = make(1);
    const { kind } = model.spec;
    model.dispose();
    return kind;
  });
  expect([...new Set(kinds)].sort()).toEqual([...models.modelSpecs.names].sort());
});
