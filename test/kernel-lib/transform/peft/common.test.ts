import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { core, io, layers, peft, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { makeNetwork, makeTokens, valuesOf } from '../../../support/networks';
import { expectClose, expectNoLeak, finiteDifferences } from '../../../support/numeric';
import { HIDDEN, type Member, MEMBERS, WIDTH } from './members';

const { Context, Random } = core;
const TOKENS = 9;

const makeBase = (): layers.Sequential => new layers.Sequential([makeNetwork({ width: WIDTH, hidden: HIDDEN })]);

/** Adapters whose second factor is no longer 0. */
function moved(adapters: peft.Adapters, seed = 9): peft.Adapters {
  tf.tidy(() =>
    adapters.parameters().forEach((parameter, name) => {
      parameter.assign(Random.fromSeed(seed).child(name).normal(parameter.shape, 0, 0.3));
    })
  );
  return adapters;
}

function passOf({ state }: Member, training = false): core.Context {
  const ctx = Context.create({ training });
  Object.entries(state?.(TOKENS) ?? {}).forEach(([key, value]) => ctx.setState(core.stateKey(key), value));
  return ctx;
}

function outputOf(member: Member, module: core.Module, x: tf.Tensor): Float32Array {
  const ctx = passOf(member);
  const values = tf.tidy(() => module.apply(x, ctx).dataSync<'float32'>().slice());
  ctx.dispose();
  return values;
}

describe.each(Object.entries(MEMBERS))('%s', (name, member) => {
  const x = makeTokens(TOKENS, WIDTH);

  test('changes nothing at first; then something, and nothing once it is off; the values are those counted by hand', () => {
    const base = makeBase();
    const before = outputOf(member, base, x);
    const values = valuesOf(base);
    const adapters = member.make(base, 1);
    expectClose(outputOf(member, adapters, x), before, 1e-6);
    moved(adapters);
    const after = outputOf(member, adapters, x);
    expect(Math.max(...after.map((value, i) => Math.abs(value - before[i])))).toBeGreaterThan(1e-3);
    expect(adapters.countParameters()).toBe(member.parameters);
    adapters.detach();
    expect(outputOf(member, base, x)).toEqual(before);
    adapters.attach();
    expect(outputOf(member, base, x)).toEqual(after);
    adapters.remove();
    expect(outputOf(member, base, x)).toEqual(before);
    expect(valuesOf(base)).toEqual(values);
    base.dispose();
  });

  test('gradients are those of finite differences, and none is of the model', () => {
    const base = makeBase();
    const adapters = moved(member.make(base, 1));
    const parameters = [...adapters.parameters()].filter(([, { trainable }]) => trainable);
    expect([...base.parameters().values()].every(({ trainable }) => !trainable)).toBe(true);
    const loss = (): tf.Scalar =>
      tf.tidy(() => {
        const ctx = passOf(member);
        const value = adapters.apply(x, ctx).square().sum<tf.Scalar>();
        ctx.dispose();
        return value;
      });
    const { value, grads } = tf.variableGrads(
      loss,
      parameters.map(([, { variable }]) => variable)
    );
    value.dispose();
    const reached = parameters.filter(([, { variable }]) => {
      const gradient = grads[variable.name] as tf.Tensor | undefined;
      if (gradient === undefined) {
        return false;
      }
      const initial = variable.clone();
      expectClose(
        gradient,
        finiteDifferences((values) => (variable.assign(values), loss()), initial),
        2e-2
      );
      variable.assign(initial);
      initial.dispose();
      return true;
    });
    expect(reached.length, name).toBeGreaterThan(0);
    tf.dispose(grads);
    adapters.remove();
    base.dispose();
  });

  test('the same seed gives the same values, another others', () => {
    const [first, same, other] = [1, 1, 2].map((seed) => {
      const base = makeBase();
      const values = valuesOf(member.make(base, seed));
      return JSON.stringify(Object.entries(values).map(([path, each]) => [path, ...each]));
    });
    expect(same).toBe(first);
    expect(other).not.toBe(first);
  });

  test('what is saved holds the adapters alone, and computes the same on another copy of the model', () => {
    const [base, copy] = [makeBase(), makeBase()];
    const [adapters, others] = [moved(member.make(base, 1)), member.make(copy, 2)];
    const file = join(tmpdir(), `adapters-${process.pid}-${name.replaceAll(' ', '-')}.safetensors`);
    io.saveModel(adapters, file);
    io.loadModel(others, file);
    rmSync(file);
    expect(outputOf(member, others, x)).toEqual(outputOf(member, adapters, x));
    [adapters, others].forEach((each) => each.remove());
    [base, copy].forEach((each) => each.dispose());
  });

  test('leaves no tensor behind, in a pass, coming off and for good', () => {
    const base = makeBase();
    outputOf(member, base, x);
    expectNoLeak(() => {
      const adapters = moved(member.make(base, 1));
      outputOf(member, adapters, x);
      adapters.detach();
      adapters.attach();
      adapters.remove();
    });
    base.dispose();
  });

  test(`is ${member.merges ? '' : 'not '}added to the weights`, () => {
    const base = makeBase();
    const values = valuesOf(base);
    const adapters = moved(member.make(base, 1));
    const attached = outputOf(member, adapters, x);
    if (member.merges) {
      adapters.merge();
      expectClose(outputOf(member, base, x), attached, 1e-6);
      adapters.unmerge();
      expect(valuesOf(base)).toEqual(values);
    } else {
      expect(() => adapters.merge()).toThrow('cannot be merged');
    }
    expect(outputOf(member, adapters, x)).toEqual(attached);
    adapters.remove();
    base.dispose();
  });
});

test('every function of the namespace that makes adapters is in this battery', () => {
  const makers = Object.keys(peft).filter(
    (name) => /^[a-z]/.test(name) && !['adaptTasks', 'loraExperts', 'ranksByImportance'].includes(name)
  );
  expect(new Set(Object.values(MEMBERS).map(({ by }) => by))).toEqual(new Set(makers));
});
