/** @file Products of the same rows with several packed weights, in one op where that may be, are those of each. */
import { core, ops, tf } from '@switchyard/kernel-lib';
import { executeMultiple, executeSingle, useCustomOps } from '@switchyard/kernel-lib/dist/base/backend/index.js';
import * as io from '@switchyard/kernel-lib/dist/base/io/index.js';
import { multiplyEach, multiplyGated } from '@switchyard/kernel-lib/dist/base/ops/multiplySeveral.js';
import { afterEach, describe, expect, test } from 'vitest';
import { expectClose, expectNoLeak } from '../../../support/numeric';
import { opsRun } from '../../../support/opsRun';

const random = core.Random.fromSeed(3);
const INPUTS = 64;

/** A weight [64, outputs] that is kept in a format; scales of blocks are small halves. */
function packed(format: string, outputs: number, seed: string): core.Parameter {
  const size = io.bytesOf('test', format, INPUTS * outputs);
  const bytes =
    format === 'F16'
      ? io.encodeValues('F16', tf.tidy(() => random.child(seed).normal([INPUTS * outputs]).dataSync<'float32'>().slice())) // prettier-ignore
      : Uint8Array.from({ length: size }, (_, i) => {
          const block = size / ((INPUTS / 32) * outputs);
          return [32 + (i % 7), 44][i % block] ?? (i * 37 + seed.length) % 48;
        });
  const parameter = core.Parameter.over([core.Axis.of('inputs', INPUTS), core.Axis.of('outputs', outputs)], tf.zeros);
  parameter.pack(
    ops.PackedTensor.from([bytes], { format, matrices: null, rows: outputs, columns: INPUTS, transposed: true })
  );
  return parameter;
}

function weights(): core.Parameter[] {
  return [packed('Q4_1', 70, 'a'), packed('Q8_0', 9, 'bb'), packed('F16', 33, 'ccc'), packed('Q5_1', 1, 'dddd')];
}

afterEach(() => useCustomOps(true));

describe('several packed weights', () => {
  // One row, few and many, around the numbers at which the op changes its way.
  test.each([0, 1, 3, 4, 70])('give what each gives, to the last bit, of %i rows', (rows) => {
    tf.tidy(() => {
      const all = weights();
      const x = random.child('x').normal([1, rows, INPUTS]);
      const ran = opsRun(() => multiplyEach(x, all).forEach((y, i) => expectClose(y, ops.multiply(x, all[i]), 0)));
      expect(ran.filter((op) => op === 'SwitchyardPackedSeveral')).toHaveLength(1);
      expect(multiplyEach(x, all).map(({ shape }) => shape)).toEqual([70, 9, 33, 1].map((outputs) => [1, rows, outputs])); // prettier-ignore
      all.forEach((each) => each.dispose());
    });
  });

  test.each(['silu', 'gelu'] as const)('gate each other with %s as two products and a gate do', (activation) => {
    tf.tidy(() => {
      const [gate, values] = [packed('Q4_1', 40, 'gate'), packed('Q8_0', 40, 'values!')];
      for (const rows of [0, 1, 5]) {
        const x = random.child('x').normal([rows, INPUTS]);
        const expected = ops.gated(activation, ops.multiply(x, gate), ops.multiply(x, values));
        const ran = opsRun(() => expectClose(multiplyGated(activation, x, gate, values), expected, 0));
        expect(ran).toContain('SwitchyardPackedGated');
        useCustomOps(false);
        expectClose(multiplyGated(activation, x, gate, values), expected, 1e-5);
        useCustomOps(true);
      }
      [gate, values].forEach((each) => each.dispose());
    });
  });

  test('are multiplied one by one where a gradient is taken, one is wrapped, or one is not packed', () => {
    tf.tidy(() => {
      const [first, second] = [packed('Q4_1', 5, 'a'), packed('Q8_0', 5, 'b')];
      const x = random.child('x').normal([2, INPUTS]);
      const dx = tf.grad((x) => tf.addN(multiplyEach(x, [first, second])).sum())(x);
      expectClose(dx, first.read().add(second.read()).sum(1).expandDims(0).tile([2, 1]), 1e-5); // prettier-ignore
      const gradient = (gated: (x: tf.Tensor) => tf.Tensor): tf.Tensor => tf.grad((x) => gated(x).sum())(x);
      expectClose(gradient((x) => multiplyGated('silu', x, first, second)), gradient((x) => ops.gated('silu', ops.multiply(x, first), ops.multiply(x, second))), 0); // prettier-ignore
      const undo = second.wrap((value) => value.mul(2));
      expectClose(multiplyEach(x, [first, second])[1], tf.matMul(x, second.read()), 1e-5);
      undo();
      second.unpack();
      const ran = opsRun(() => expectClose(multiplyEach(x, [first, second])[1], tf.matMul(x, second.read()), 0));
      expect(ran).not.toContain('SwitchyardPackedSeveral');
      [first, second].forEach((each) => each.dispose());
    });
  });

  test('leave nothing behind', () => {
    expectNoLeak(() => {
      const [gate, values] = [packed('Q4_1', 6, 'a'), packed('Q4_1', 6, 'b')];
      tf.tidy(() => {
        const x = tf.ones([2, INPUTS]);
        multiplyEach(x, [gate, values]);
        multiplyGated('gelu', x, gate, values);
      });
      [gate, values].forEach((each) => each.dispose());
    });
  });
});

describe('the ops refuse', () => {
  const words = (): tf.Tensor => tf.zeros([10], 'int32');
  const good = { N: 2, formats: 'Q4_1,Q4_1', rows: [1, 1], columns: INPUTS };
  test.each([
    ['a format that is none', { formats: 'Q4_1,Q9' }, /format must be one that weights are packed in, got Q9/],
    [
      'fewer formats than matrices',
      { formats: 'Q4_1' },
      /formats and rows must be as many as matrices \(2\), got Q4_1/
    ],
    ['more formats than rows', { formats: 'Q4_1,Q4_1,Q4_1' }, /formats must be as many as rows/],
    ['fewer rows than matrices', { rows: [1] }, /formats must be as many as rows/],
    ['columns that are not whole blocks', { columns: 48 }, /columns whole blocks of 32, got 1 and 48/],
    ['no rows', { rows: [1, 0] }, /rows must be above 0 .* got 0 and 64/],
    ['more rows than there are bytes', { rows: [1, 2] }, /2 rows take 40 bytes each, got 40 bytes/],
    ['x of another width', { columns: 32 }, /x must be \[..., 32\], got \[2,64\]/]
  ])('%s', (_what, wrong, rule) => {
    tf.tidy(() => {
      const inputs = [tf.zeros([2, INPUTS]), words(), words()];
      expect(() => executeMultiple('SwitchyardPackedSeveral', { ...good, ...wrong }, inputs, 2)).toThrow(rule);
      expect(() => executeSingle('SwitchyardPackedGated', { ...good, activation: 'silu', ...wrong }, inputs)).toThrow('rows' in wrong && wrong.rows[1] === 2 ? /as many rows/ : rule); // prettier-ignore
    });
  });

  test('an activation that is none, and a gate alone', () => {
    tf.tidy(() => {
      const inputs = [tf.zeros([2, INPUTS]), words(), words()];
      expect(() => executeSingle('SwitchyardPackedGated', { ...good, activation: 'tanh' }, inputs)).toThrow(/activation must be relu, gelu or silu, got tanh/); // prettier-ignore
      const alone = { N: 1, formats: 'Q4_1', rows: [1], columns: INPUTS, activation: 'silu' };
      expect(() => executeSingle('SwitchyardPackedGated', alone, inputs.slice(0, 2))).toThrow(/two matrices of as many rows/); // prettier-ignore
    });
  });
});
