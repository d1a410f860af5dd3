import { readFileSync } from 'fs';
import { join } from 'path';
import { core, tf } from '@switchyard/kernel-lib';
import { expect } from 'vitest';
import { expectClose } from '../support/numeric';

/** A tensor in a fixture. */
export interface PackedTensor {
  dtype: 'float32' | 'int32';
  shape: number[];
  values: number[];
}

/** A function's value and its gradients, as a peer computed them; written by fixture.py. */
export interface Case {
  name: string;
  options: Record<string, unknown>;
  /** What the gradients are for. */
  inputs: Record<string, PackedTensor>;
  /** Further inputs, without gradients. */
  constants: Record<string, PackedTensor>;
  /** The gradients are those of sum(output * cotangent). */
  cotangent: PackedTensor;
  output: PackedTensor;
  gradients: Record<string, PackedTensor>;
}

/** The cases in fixtures/<name>.json by their name. */
export function readFixture(name: string): Map<string, Case> {
  const text = readFileSync(join(__dirname, 'fixtures', `${name}.json`), 'utf8');
  const { cases } = JSON.parse(text) as { cases: Case[] };
  return new Map(cases.map((item) => [item.name, item]));
}

/** Tensors by name, the inputs and the constants of a case. */
export type Named = Record<string, tf.Tensor>;

/** Expects `f` to agree with the peer: the value within `tolerance`, each gradient within ten times that. */
export function expectParity(item: Case, f: (tensors: Named) => tf.Tensor, tolerance = 1e-5): void {
  tf.tidy(() => {
    const names = Object.keys(item.inputs);
    const constants = unpackAll(item.constants);
    const run = (...inputs: tf.Tensor[]): tf.Tensor =>
      f({ ...constants, ...Object.fromEntries(names.map((name, i) => [name, inputs[i]])) });
    const inputs = names.map((name) => unpack(item.inputs[name]));
    const { value, grads } = tf.valueAndGrads(run)(inputs, unpack(item.cotangent));
    expect(value.shape).toEqual(item.output.shape);
    expectClose(value, item.output.values, tolerance);
    names.forEach((name, i) => expectClose(grads[i], item.gradients[name].values, 10 * tolerance));
  });
}

/** Runs a module on `x` with the other tensors in place of its parameters, so that gradients reach them. */
export function applyWith(module: core.Module, { x, ...values }: Named, ctx = core.Context.create()): tf.Tensor {
  const parameters = module.parameters();
  expect(new Set(Object.keys(values))).toEqual(new Set(parameters.keys()));
  const unwrap = Object.entries(values).map(([path, value]) => parameters.get(path)?.wrap(() => value));
  try {
    return module.apply(x, ctx);
  } finally {
    unwrap.forEach((off) => off?.());
  }
}

/** A tensor from its packed form. */
export function unpack({ values, shape, dtype }: PackedTensor): tf.Tensor {
  return tf.tensor(values, shape, dtype);
}

function unpackAll(packed: Record<string, PackedTensor>): Named {
  return Object.fromEntries(Object.entries(packed).map(([name, value]) => [name, unpack(value)]));
}
