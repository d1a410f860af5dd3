import { compress, core, models, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { setValue } from '../support/networks';

const { Random } = core;
const BITS = [2, 4, 8];
/** Five matrices of several sizes. */
const make = (): models.Mlp =>
  models.mlp({ inputWidth: 6, hidden: [12, 5, 9, 7], outputWidth: 4, activation: 'silu', seed: 6 });
const inputs = Random.fromSeed(3).normal([32, 6]);

/** Every way to give bits to five matrices, with its bytes and what it is worth. */
function all(
  model: core.Module,
  worth: (path: string, bits: number) => number
): { bitsOf: number[]; bytes: number; value: number }[] {
  const shapes = [...model.parameters()].filter(([, { shape }]) => shape.length === 2);
  return Array.from({ length: 3 ** 5 }, (_, number) => {
    const bitsOf = shapes.map((_, i) => BITS[Math.floor(number / 3 ** i) % 3]);
    // Codes, and a scale of four bytes for each output.
    const bytes = shapes.reduce((sum, [, { shape }], i) => sum + Math.ceil((shape[0] * shape[1] * bitsOf[i]) / 8) + 4 * shape[1], 0); // prettier-ignore
    return { bitsOf, bytes, value: shapes.reduce((sum, [path], i) => sum + worth(path, bitsOf[i]), 0) };
  });
}

describe('[ompq]', () => {
  test('bits within the budget are the best of all 243 ways, for budgets from the least to the most', () => {
    const model = make();
    const { weights } = compress.mixedPrecision(model, { proxy: 'orthogonality', inputs, budget: 1e6 });
    expect(Object.keys(weights)).toHaveLength(5);
    const ways = all(model, (path, bits) => weights[path] * bits);
    const bytes = ways.map((each) => each.bytes);
    const [least, most] = [Math.min(...bytes), Math.max(...bytes)];
    for (const share of [0, 0.2, 0.35, 0.5, 0.77, 1]) {
      const budget = Math.floor(least + share * (most - least));
      const { bitsOf, bytes: taken } = compress.mixedPrecision(model, { proxy: 'orthogonality', inputs, budget });
      const best = ways.filter((each) => each.bytes <= budget).reduce((a, b) => (b.value > a.value ? b : a));
      const own = ways.find((each) => each.bitsOf.join() === Object.values(bitsOf).join())!;
      expect(taken).toBeLessThanOrEqual(budget);
      expect(taken).toBe(own.bytes);
      expect(own.value).toBeCloseTo(best.value, 5);
      const { model: rounded, report } = compress.quantize(model, { bitsOf });
      const biases = 4 * (12 + 5 + 9 + 7 + 4);
      expect(report.bytes.after - biases).toBe(taken);
      rounded.dispose();
    }
    expect(() => compress.mixedPrecision(model, { budget: least - 1 })).toThrow(`compress.mixedPrecision: budget must be at least ${least} bytes`); // prettier-ignore
    model.dispose();
  });

  test('weights by hand: two matrices of the same outputs count less than one whose outputs are orthogonal to theirs', () => {
    // Three maps beside one another: the first two put all on one feature of the input, the third on the other.
    class Beside extends core.Module {
      readonly kind = 'test-beside';
      private readonly maps = ['a', 'b', 'c'].map((name) =>
        this.addChild(name, models.mlp({ inputWidth: 2, hidden: [], outputWidth: 2 }))
      );

      override apply(x: tf.Tensor, ctx: core.Context): tf.Tensor {
        return tf.tidy(() => tf.addN(this.maps.map((map, i) => map.apply(x, ctx.within('abc'[i])))));
      }
    }
    const model = new Beside();
    setValue(model, 'a.0.weight', () => tf.tensor2d([[1, 2], [0, 0]])); // prettier-ignore
    setValue(model, 'b.0.weight', () => tf.tensor2d([[3, 0], [0, 0]])); // prettier-ignore
    setValue(model, 'c.0.weight', () => tf.tensor2d([[0, 0], [1, 1]])); // prettier-ignore
    // The two features are orthogonal over these rows.
    const rows = tf.tensor2d([[1, 1], [1, -1], [-1, 1], [-1, -1]]); // prettier-ignore
    const { weights } = compress.mixedPrecision(model, { proxy: 'orthogonality', inputs: rows, budget: 1000, beta: 2 });
    expect(weights['a.0.weight']).toBeCloseTo(Math.exp(-2), 5);
    expect(weights['b.0.weight']).toBeCloseTo(Math.exp(-2), 5);
    expect(weights['c.0.weight']).toBeCloseTo(1, 5);
    model.dispose();
  });

  test('at the bytes of four bits for all, what the values lose is no more', () => {
    const model = make();
    setValue(model, '2.weight', (value) => value.mul(20));
    const uniform = compress.quantize(model, { bits: 4 });
    const biases = 4 * (12 + 5 + 9 + 7 + 4);
    const { bitsOf } = compress.mixedPrecision(model, { bits: [2, 3, 4, 5, 6, 7, 8], budget: uniform.report.bytes.after - biases }); // prettier-ignore
    const mixed = compress.quantize(model, { bitsOf });
    const lost = (of: core.Module): number =>
      [...model.parameters()].reduce((sum, [path, { variable }]) => sum + tf.tidy(() => variable.sub(of.parameters().get(path)!.variable).square().sum().dataSync()[0]), 0); // prettier-ignore
    expect(mixed.report.bytes.after).toBeLessThanOrEqual(uniform.report.bytes.after);
    expect(lost(mixed.model)).toBeLessThan(lost(uniform.model));
    expect(bitsOf['2.weight']).toBeGreaterThan(4);
    expect(() => compress.mixedPrecision(model, { proxy: 'orthogonality', budget: 1e6 })).toThrow('compress.mixedPrecision: orthogonality needs inputs'); // prettier-ignore
    [model, uniform.model, mixed.model].forEach((each) => each.dispose());
  });
});
