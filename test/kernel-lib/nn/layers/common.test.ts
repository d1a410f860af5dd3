import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { core, io, layers, tf } from '@switchyard/kernel-lib';
import { afterAll, describe, expect, test } from 'vitest';
import { expectNoLeak } from '../../../support/numeric';
import { expectShrinks, type SizeOf } from '../../../support/shrinking';
import { ELSEWHERE, MEMBERS } from './members';

const random = core.Random.fromSeed(3);

describe.each(MEMBERS)(
  'every layer: $name',
  ({ name, make, input, before, parameters, flops, still = [], pinned, widthIs = 'width' }) => {
    const layer = make(random);
    const x = input();
    afterAll(() => {
      layer.dispose();
      x.dispose();
    });
    const pass = () => {
      const ctx = core.Context.create({ training: true, random });
      before?.(ctx);
      return ctx;
    };

    test('names its parameters', () => {
      expect([...layer.parameters().keys()]).toEqual(parameters);
    });

    test('operations are those counted by hand', () => {
      expect(layer.cost({ length: 4 }).flops).toBe(flops);
    });

    test('every parameter gets a gradient that is not zero', () => {
      tf.tidy(() => {
        const loss = () => layer.apply(x, pass()).add(1).square().sum() as tf.Scalar;
        const { grads } = tf.variableGrads(loss);
        for (const [path, { variable }] of layer.parameters()) {
          expect(grads[variable.name].shape).toEqual(variable.shape);
          const largest = grads[variable.name].abs().max().dataSync()[0];
          expect(largest > 0, path).toBe(!still.includes(path));
        }
      });
    });

    test('the same seed gives the same parameters and the same output, another gives others', () => {
      tf.tidy(() => {
        const twin = make(random);
        expect(twin.apply(x, pass()).dataSync()).toEqual(layer.apply(x, pass()).dataSync());
        const values = (module: core.Module) => [...module.parameters()].map(([, each]) => [...each.read().dataSync()]);
        const other = make(core.Random.fromSeed(4));
        const isRandom =
          parameters.some((path) => !/orm\.|^weight$|^bias$/.test(path)) || /Linear|Conv2d|Embedding/.test(name);
        expect(JSON.stringify(values(other)) === JSON.stringify(values(layer))).toBe(!isRandom);
        [twin, other].forEach((each) => each.dispose());
      });
    });

    test('what is saved computes the same when it is loaded', () => {
      const other = make(core.Random.fromSeed(5));
      const file = join(tmpdir(), `${name}-${process.pid}.safetensors`);
      io.saveModel(layer, file);
      io.loadModel(other, file);
      rmSync(file);
      const run = (module: core.Module) => tf.tidy(() => [...module.apply(x, pass()).dataSync()]);
      expect(run(other)).toEqual(run(layer));
      other.dispose();
    });

    test('every axis can be cut, or says why not', () => {
      const run = (module: core.Module, size: SizeOf) => {
        const ctx = core.Context.create();
        const width = size(widthIs, NaN) || undefined;
        before?.(ctx, width);
        return module.apply(input(width), ctx);
      };
      expectShrinks({ make: () => make(random), run, pinned });
    });

    test('leaves only its output behind, and nothing of its gradient', () => {
      // A pass may keep masks and angles for the layers after it, until it is disposed.
      expectNoLeak(() => {
        const ctx = pass();
        layer.apply(x, ctx);
        ctx.dispose();
      }, 1);
      expectNoLeak(() => {
        const ctx = pass();
        const { value, grads } = tf.variableGrads(() => layer.apply(x, ctx).square().sum() as tf.Scalar);
        tf.dispose([value, grads]);
        ctx.dispose();
      });
    });

    test('dispose frees all it made', () => {
      expectNoLeak(() => make(random).dispose());
    });
  }
);

test('no layer is left out', () => {
  const classes = Object.entries(layers).filter(
    ([, value]) => typeof value === 'function' && (value.prototype as unknown) instanceof core.Module
  );
  const known = [...new Set(MEMBERS.map(({ name }) => name)), ...Object.keys(ELSEWHERE)];
  expect(classes.map(([name]) => name).sort()).toEqual(known.sort());
});
