/** @file Layers that read the same rows are one product where nobody stands between, and each for itself where somebody does. */
import { core, layers, ops, tf } from '@switchyard/kernel-lib';
import { Memory } from '@switchyard/kernel-lib/dist/base/core/index.js';
import * as io from '@switchyard/kernel-lib/dist/base/io/index.js';
import { describe, expect, test } from 'vitest';
import { expectClose } from '../../../support/numeric';
import { opsRun } from '../../../support/opsRun';

const random = core.Random.fromSeed(9);

/** Keeps the weights of all linear layers in 16 bits. */
function packed<M extends core.Module>(module: M): M {
  for (const each of module.modules().values()) {
    if (each instanceof layers.Linear) {
      const [columns, rows] = each.weight.shape;
      const values = tf.tidy(() => each.weight.read().transpose().dataSync<'float32'>().slice());
      const bytes = io.encodeValues('F16', values);
      each.weight.pack(
        ops.PackedTensor.from([bytes], { format: 'F16', matrices: null, rows, columns, transposed: true })
      );
    }
  }
  return module;
}

const attend = (attention: core.Module, x: tf.Tensor): tf.Tensor => {
  const memory = new Memory();
  const ctx = core.Context.create({ memory });
  try {
    return attention.apply(x, ctx);
  } finally {
    memory.dispose();
    ctx.dispose();
  }
};
const apply = (network: core.Module, x: tf.Tensor): tf.Tensor => network.apply(x, core.Context.create());

describe.each([
  { name: 'attention', build: () => new layers.GroupedAttention({ width: 24, heads: 4, keyValueHeads: 2, rotary: {}, bias: true, norm: 'head', random }), of: attend, together: 'SwitchyardPackedSeveral', part: 'key' }, // prettier-ignore
  { name: 'a gated network', build: () => new layers.GatedFeedForward({ width: 24, hidden: 10, random }), of: apply, together: 'SwitchyardPackedGated', part: 'w3' }, // prettier-ignore
  { name: 'a gated network with biases', build: () => new layers.GatedFeedForward({ width: 24, hidden: 10, bias: true, random }), of: apply, together: 'SwitchyardPackedSeveral', part: 'w1' }, // prettier-ignore
  { name: 'a gated network of another activation', build: () => new layers.GatedFeedForward({ width: 24, hidden: 10, activation: 'gelu-tanh', random }), of: apply, together: 'SwitchyardPackedSeveral', part: 'w1' } // prettier-ignore
])('$name', ({ build, of, together, part }) => {
  test('is the same to the last bit, as one product and with somebody between, who sees every row', () => {
    tf.tidy(() => {
      const module = packed(build());
      for (const stored of module.parameters().values()) {
        if (stored.shape.length === 1) {
          stored.assign(random.child('bias').normal(stored.shape));
        }
      }
      const x = random.child('x').normal([2, 5, 24]);
      let once!: tf.Tensor;
      expect(opsRun(() => (once = of(module, x))).filter((op) => op === together)).toHaveLength(1);
      const seen: number[][] = [];
      const child = module.children.get(part)!;
      const undo = child.intercept((inner, x, ctx) => {
        expect(ctx.path).toBe(part);
        seen.push(x.shape);
        return inner(x);
      });
      expect(child.isIntercepted).toBe(true);
      let apart!: tf.Tensor;
      expect(opsRun(() => (apart = of(module, x)))).not.toContain(together);
      expectClose(apart, once, 0);
      expect(seen).toEqual([[2, 5, 24]]);
      undo();
      expect(child.isIntercepted).toBe(false);
      // What stands between counts.
      const off = child.intercept((inner, x) => inner(x).add(1));
      expect(of(module, x).sub(once).abs().max().dataSync()[0]).toBeGreaterThan(1e-3);
      off();
      module.dispose();
    });
  });

  test('refuses rows of another width by the name of who reads them', () => {
    const module = packed(build());
    tf.tidy(() => {
      expect(() => of(module, tf.ones([1, 5, 23]))).toThrow(/expects shape \[.*24\], got \[1, 5, 23\]/);
    });
    module.dispose();
  });
});

test('a layer in factors, and who is told of activations, make a gated network go the long way', () => {
  tf.tidy(() => {
    const network = packed(new layers.GatedFeedForward({ width: 24, hidden: 10, random }));
    const x = random.child('x').normal([3, 24]);
    const once = apply(network, x);
    const told: number[] = [];
    const observers = [core.observer('activation', ({ inputs }) => told.push(inputs.length))];
    expectClose(network.apply(x, core.Context.create({ observers })), once, 0);
    expect(told).toEqual([30]);
    const whole = network.w1.weight;
    whole.unpack();
    network.w1.factor(24, { down: tf.eye(24), up: whole.read().clone() });
    let factored!: tf.Tensor;
    expect(opsRun(() => (factored = apply(network, x)))).not.toContain('SwitchyardPackedGated');
    expectClose(factored, once, 1e-3);
    network.dispose();
  });
});
