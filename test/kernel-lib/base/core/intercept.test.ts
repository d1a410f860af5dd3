import { core, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { makeNetwork, makeTokens, outputOf } from '../../../support/networks';
import { expectNoLeak } from '../../../support/numeric';

const { Context } = core;

class Twice extends core.Module {
  readonly kind = 'twice';
  override apply(x: tf.Tensor, _ctx: core.Context): tf.Tensor {
    return x.mul(2);
  }
}

/** Applies one module, its child "shared", in two places. */
class Shared extends core.Module {
  readonly kind = 'shared';
  private readonly shared = this.addChild('shared', new Twice());
  override apply(x: tf.Tensor, ctx: core.Context): tf.Tensor {
    return this.shared.apply(this.shared.apply(x, ctx.within('first')), ctx.within('second'));
  }
}

const isTwice = (module: core.Module): module is Twice => module.kind === 'twice';

function of(module: core.Module, x: number): number {
  return tf.tidy(() => module.apply(tf.scalar(x), Context.create()).dataSync()[0]);
}

const add =
  (amount: number): core.Interceptor =>
  (inner, x) =>
    inner(x).add(amount);
const times =
  (factor: number): core.Interceptor =>
  (inner, x) =>
    inner(x).mul(factor);

describe('Module.intercept', () => {
  test('the last is outermost, and whichever is taken off leaves the others', () => {
    const module = new Twice();
    expect(of(module, 3)).toBe(6);
    const first = module.intercept(add(1));
    const second = module.intercept(times(10));
    expect(of(module, 3)).toBe(70);
    first();
    expect(of(module, 3)).toBe(60);
    module.intercept(add(5));
    expect(of(module, 3)).toBe(65);
    second();
    second();
    expect(of(module, 3)).toBe(11);
  });

  test('one function put on twice is two, and each is taken off by itself', () => {
    const module = new Twice();
    const plusOne = add(1);
    const first = module.intercept(plusOne);
    module.intercept(times(10));
    const last = module.intercept(plusOne);
    expect(of(module, 3)).toBe(71);
    last();
    expect(of(module, 3)).toBe(70);
    first();
    expect(of(module, 3)).toBe(60);
  });

  test('a module that nobody intercepts has the method of its class, before and after', () => {
    const module = new Twice();
    const undo = [add(1), add(2)].map((around) => module.intercept(around));
    expect(Object.hasOwn(module, 'apply')).toBe(true);
    undo.forEach((release) => release());
    expect(Object.hasOwn(module, 'apply')).toBe(false);
    expect(of(module, 3)).toBe(6);
    module.intercept(add(1));
    expect(of(module, 3)).toBe(7);
  });
});

describe('captureInputs', () => {
  test('what intercepts a module is in effect during a capture and after it', () => {
    const network = makeNetwork();
    const x = makeTokens(5);
    const release = network.w1.intercept(times(3));
    const changed = outputOf(network, x);
    const isW2 = (module: core.Module): module is core.Module => module === network.w2;
    const isW1 = (module: core.Module): module is core.Module => module === network.w1;
    expectNoLeak(() => core.captureInputs(network, x, isW1).forEach(({ input }) => input.dispose()));
    expect(outputOf(network, x)).toEqual(changed);
    const [{ input }] = core.captureInputs(network, x, isW2);
    const during = input.dataSync();
    release();
    const [plain] = core.captureInputs(network, x, isW2);
    expect(Array.from(during)).not.toEqual(Array.from(plain.input.dataSync()));
    network.w1.intercept(times(3));
    expect(outputOf(network, x)).toEqual(changed);
    tf.dispose([input, plain.input, x]);
    network.dispose();
  });

  test('a module that is applied in two places is found in both, by their paths', () => {
    const model = new Shared();
    const x = tf.scalar(3);
    const captured = core.captureInputs(model, x, isTwice);
    expect(captured.map(({ path, input }) => [path, input.dataSync()[0]])).toEqual([
      ['first', 3],
      ['second', 6]
    ]);
    tf.dispose([x, ...captured.map(({ input }) => input)]);
  });

  test('a pass that fails leaves nothing behind', () => {
    const model = new Shared();
    const x = tf.scalar(3);
    let calls = 0;
    const release = model.children.get('shared')!.intercept((inner, y) => {
      if (++calls === 2) {
        throw new Error('the second fails');
      }
      return inner(y);
    });
    expectNoLeak(() => expect(() => core.captureInputs(model, x, isTwice)).toThrow('the second fails'));
    release();
    expect(Object.hasOwn(model.children.get('shared')!, 'apply')).toBe(false);
    x.dispose();
  });
});
