/** @file Attention that writes new keys and values behind those of earlier passes, in one custom op. */
import { core, layers, tf } from '@switchyard/kernel-lib';
import { executeSingle, hasCustomOps, useCustomOps } from '@switchyard/kernel-lib/dist/base/backend/index.js';
import { Memory } from '@switchyard/kernel-lib/dist/base/core/index.js';
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { expectClose, expectNoLeak } from '../../../support/numeric';

const random = core.Random.fromSeed(3);
// The second pass does not fit in the room of the first.
const PASSES = [63, 1, 1, 40, 1];

beforeAll(() => {
  // Loads them.
  expect(hasCustomOps()).toBe(true);
});
afterEach(() => useCustomOps(true));

/** What passes over parts of a sequence give, one after the other. */
function inPasses(attention: core.Module, x: tf.Tensor3D, passes: readonly number[]): number[] {
  const memory = new Memory();
  let at = 0;
  const outputs = passes.map((length) => {
    const ctx = core.Context.create({ memory });
    const part = x.slice([0, at, 0], [-1, length, -1]);
    const y = attention.apply(part, ctx);
    const values = y.dataSync().slice();
    tf.dispose([part, y]);
    memory.advance(length);
    at += length;
    ctx.dispose();
    return Array.from(values);
  });
  memory.dispose();
  return outputs.flat();
}

describe.each<[string, Partial<layers.GroupedAttentionChoices>]>([
  ['plain', {}],
  ['grouped and turned', { keyValueHeads: 2, rotary: { theta: 100 } }],
  ['a part turned, with biases', { rotary: { turned: 4 }, bias: true, scale: 0.3 }],
  ['norms of heads', { keyValueHeads: 2, rotary: {}, norm: 'head' }],
  ['norms of all, held within bounds', { rotary: {}, norm: 'whole', clip: 0.7 }],
  ['one head of keys, wider than the stream', { keyValueHeads: 1, headWidth: 10, rotary: {} }]
])('%s', (_name, options) => {
  const build = () => new layers.GroupedAttention({ width: 24, heads: 4, ...options, random });

  test('in one op and composed of many, pass by pass, it is the same', () => {
    const attention = build();
    const x = random.child('x').normal([2, 106, 24]) as tf.Tensor3D;
    expectNoLeak(() => inPasses(attention, x, PASSES));
    const custom = inPasses(attention, x, PASSES);
    useCustomOps(false);
    expectClose(custom, inPasses(attention, x, PASSES), 1e-5);
    x.dispose();
    attention.dispose();
  });
});

test('a gradient, padding, a window and neighbouring pairs go the long way', () => {
  const x = random.child('x').normal([1, 6, 24]) as tf.Tensor3D;
  const attention = new layers.GroupedAttention({ width: 24, heads: 4, rotary: {}, random });
  const memory = new Memory();
  const ctx = core.Context.create({ memory });
  const gradient = tf.tidy(() => tf.grad((x) => attention.apply(x, ctx).square().sum())(x).abs().sum().dataSync()[0]); // prettier-ignore
  expect(gradient).toBeGreaterThan(0);
  memory.dispose();
  ctx.dispose();
  for (const options of [{ window: 3 }, { rotary: { interleaved: true } }]) {
    const other = new layers.GroupedAttention({ width: 24, heads: 4, ...options, random });
    const ops = vi.spyOn(tf.backend() as unknown as { executeSingleOutput: () => tf.Tensor }, 'executeSingleOutput');
    const custom = inPasses(other, x, [4, 1, 1]);
    expect(ops.mock.calls.map(([name]: unknown[]) => name)).not.toContain('SwitchyardAttendKept');
    ops.mockRestore();
    useCustomOps(false);
    expectClose(custom, inPasses(other, x, [4, 1, 1]), 1e-5);
    useCustomOps(true);
    other.dispose();
  }
  attention.dispose();
  x.dispose();
});

describe('the ops refuse what does not fit, and the process goes on', () => {
  const f = (...shape: number[]) => tf.zeros(shape);
  const [length, scale] = [tf.tensor1d([3], 'int32'), tf.scalar(1)];
  const fits = (): tf.Tensor[] => [f(1, 2, 8), f(1, 2, 4), f(1, 2, 4), f(2, 2, 2), f(1, 1, 5, 4), f(1, 1, 5, 4), length, scale]; // prettier-ignore
  const attend = (changes: Record<number, tf.Tensor>, attributes = { heads: 2, groups: 1 }) =>
    executeSingle('SwitchyardAttendKept', attributes, Object.assign(fits(), changes));

  test.each<[string, () => tf.Tensor]>([
    ['no more room', () => attend({ 6: tf.tensor1d([4], 'int32') })],
    ['a length below 0', () => attend({ 6: tf.tensor1d([-1], 'int32') })],
    ['keys of another width', () => attend({ 4: f(1, 1, 5, 3) })],
    ['values of another batch', () => attend({ 5: f(2, 1, 5, 4) })],
    ['angles of other places', () => attend({ 3: f(2, 1, 2) })],
    ['angles of a wider head', () => attend({ 3: f(2, 2, 3) })],
    ['two lengths', () => attend({ 6: tf.tensor1d([1, 2], 'int32') })],
    ['groups that do not divide heads', () => attend({}, { heads: 2, groups: 3 })]
  ])('%s', (_name, call) => {
    expect(() => tf.tidy(() => call())).toThrow(/must|do not fit/);
    expect(tf.tidy(() => attend({}).shape)).toEqual([1, 2, 8]);
  });
});
