import { compress, core, models, prune, tf } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';
import { outputOf, setValue, valuesOf } from '../../../support/networks';
import { expectClose, expectNoLeak } from '../../../support/numeric';

const random = core.Random.fromSeed(8);
const include = ['0.weight'];

/** A network of one matrix. */
function of(matrix: number[][]): models.Mlp {
  const network = models.mlp({ inputWidth: matrix.length, hidden: [], outputWidth: matrix[0].length });
  setValue(network, '0.weight', () => tf.tensor2d(matrix));
  return network;
}

/** Rank 2 of 30 x 20, and 30 outliers of +-5. */
function planted() {
  const low = tf.matMul(random.child('left').normal([30, 2]) as tf.Tensor2D, random.child('right').normal([2, 20]) as tf.Tensor2D); // prettier-ignore
  const sparse = new Float32Array(600);
  random.shuffle([...Array(600).keys()]).slice(0, 30).forEach((place, i) => (sparse[place] = i % 2 === 0 ? 5 : -5)); // prettier-ignore
  const whole = low.add<tf.Tensor2D>(tf.tensor2d(sparse, [30, 20]));
  return { low: low.dataSync<'float32'>(), sparse, network: of(whole.arraySync()), whole };
}

test('by hand: a diagonal of 3 and 2 is the direction of 3 and the value 2', () => {
  const network = of([[3, 0], [0, 2]]); // prettier-ignore
  const { model, report, parts } = compress.lowRankSparse(network, { rank: 1, density: 0.25 });
  const { down, up, sparse } = parts.get('0.weight')!;
  expectClose(sparse, [0, 0, 0, 2], 1e-6);
  expectClose([0, 1].flatMap((i) => [0, 1].map((j) => down[i] * up[j])), [3, 0, 0, 0], 1e-6); // prettier-ignore
  expectClose(model.parameters().get('0.weight')!.variable, [3, 0, 0, 2], 1e-6);
  expect(report.matrices['0.weight'].error).toBeLessThan(1e-12);
  expect(report.values).toEqual({ before: 4, after: 4 + 1 });
  [network, model].forEach((each) => each.dispose());
});

test('of one round the parts are the directions of W, and the largest of what they leave', () => {
  const { network, whole } = planted();
  const { parts, report } = compress.lowRankSparse(network, { rank: 2, density: 0.05, rounds: 1 });
  const { model: low } = compress.lowRank(network, { include, rank: 2 });
  const first = tf.matMul(low.parameters().get('0.down')!.read() as tf.Tensor2D, low.parameters().get('0.up')!.read() as tf.Tensor2D); // prettier-ignore
  const rest = whole.sub(first).dataSync();
  const least = Array.from(rest, Math.abs).sort((a, b) => b - a)[29];
  expectClose(parts.get('0.weight')!.sparse, rest.map((value) => (Math.abs(value) >= least ? value : 0)), 1e-4); // prettier-ignore
  expect(report.matrices['0.weight'].rounds).toBe(1);
  [network, low].forEach((each) => each.dispose());
});

test('a planted decomposition is found: the outliers where they are, and the directions without them', () => {
  const { network, low, sparse } = planted();
  const before = valuesOf(network);
  const { model, report, parts } = compress.lowRankSparse(network, { rank: 2, density: 0.05 });
  expect(report.matrices['0.weight'].error).toBeLessThan(1e-6);
  expectClose(parts.get('0.weight')!.sparse, sparse, 2e-3);
  const found = tf.matMul(tf.tensor2d(parts.get('0.weight')!.down, [30, 2]), tf.tensor2d(parts.get('0.weight')!.up, [2, 20])); // prettier-ignore
  expectClose(found, low, 2e-3);
  expect(report.values).toEqual({ before: 600, after: 2 * 50 + 30 });
  // Neither part alone comes near, with as many values or more.
  const { report: alone } = compress.lowRank(network, { rank: 3 });
  const { report: values } = compress.lowRankSparse(network, { rank: 0, density: 0.25 });
  [alone.matrices['0.weight'].error, values.matrices['0.weight'].error].forEach((error) => expect(error).toBeGreaterThan(0.05)); // prettier-ignore
  expect(valuesOf(network)).toEqual(before);
  [network, model].forEach((each) => each.dispose());
});

test('without one part it is the other: rank alone is compress.lowRank, values alone are those of largest size', () => {
  const { network } = planted();
  const x = random.child('x').normal([7, 30]);
  const { model: own } = compress.lowRankSparse(network, { rank: 4, density: 0 });
  const { model: low } = compress.lowRank(network, { rank: 4 });
  expectClose(outputOf(own, x), outputOf(low, x), 1e-4);
  const { model: few } = compress.lowRankSparse(network, { rank: 0, density: 0.3 });
  const { model: masked } = prune.unstructured(network, { sparsity: 0.7 });
  expectClose(outputOf(few, x), outputOf(masked, x), 1e-5);
  [network, own, low, few, masked].forEach((each) => each.dispose());
});

test("with a calibration rows count by the size of their input: by hand, and in the outputs' error", () => {
  // The row of 1 has an input ten times as large as that of 3.
  const network = of([[3, 0], [0, 1]]); // prettier-ignore
  const x = tf.tensor2d([[1, 0], [0, 10]]); // prettier-ignore
  const weighed = compress.lowRankSparse(network, { rank: 1, density: 0, calibration: x });
  expectClose(weighed.model.parameters().get('0.weight')!.variable, [0, 0, 0, 1], 1e-5);
  const plain = compress.lowRankSparse(network, { rank: 1, density: 0 });
  expectClose(plain.model.parameters().get('0.weight')!.variable, [3, 0, 0, 0], 1e-5);
  expect(weighed.report.matrices['0.weight'].error).toBeCloseTo(9 / 109, 5);
  // An input that is always 0 costs no NaN.
  const dead = compress.lowRankSparse(network, { rank: 1, density: 0, calibration: tf.tensor2d([[0, 2]]) });
  expect(dead.report.matrices['0.weight'].error).toBeCloseTo(0.1, 5);
  [network, weighed.model, plain.model, dead.model].forEach((each) => each.dispose());
});

test('what it cannot do is said, and nothing is left behind', () => {
  const network = models.mlp({ inputWidth: 6, hidden: [5], outputWidth: 4 });
  const refuse = (options: Partial<compress.LowRankSparseOptions>, message: string) => expect(() => compress.lowRankSparse(network, { rank: 1, density: 0.1, ...options })).toThrow(`compress.lowRankSparse: ${message}`); // prettier-ignore
  refuse({ rank: 5 }, 'rank, of "1.weight", must be an integer 0..4, got 5');
  refuse({ rank: -1 }, 'rank must be an integer');
  refuse({ density: 1.2 }, 'density must be a number 0..1');
  refuse({ rounds: 0 }, 'rounds must be an integer');
  refuse({ include: ['0.bias'] }, 'include must name');
  refuse({ calibration: [] }, 'calibration must be');
  refuse({ calibration: tf.fill([2, 6], NaN) }, '');
  const { model: masked } = prune.unstructured(network, { sparsity: 0.5 });
  expect(() => compress.lowRankSparse(masked, { rank: 1, density: 0.1 })).toThrow('compress.lowRankSparse: a matrix must not be masked'); // prettier-ignore
  setValue(masked, '0.weight', (value) => value);
  expectNoLeak(() => compress.lowRankSparse(network, { rank: 1, density: 0.1 }).model.dispose());
  const zero = of([[0, 0], [0, 0]]); // prettier-ignore
  expect(compress.lowRankSparse(zero, { rank: 1, density: 0.5 }).report.matrices['0.weight'].error).toBe(0);
  setValue(network, '0.weight', (value) => value.mul(NaN));
  refuse({}, 'values of "0.weight" must be finite');
  [network, masked, zero].forEach((each) => each.dispose());
});
