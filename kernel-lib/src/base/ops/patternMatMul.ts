import { executeSingle, hasCustomOps, tf } from '../backend';
import { expectDtype, expectInteger, expectShape } from '../core';
import { withGradient } from './gradient';

const WHERE = 'ops.patternMatMul';
/** Places that a word of 32 bits holds, and the largest m: a place is four bits. */
const IN_WORD = 8;
const MOST = 16;

/**
 * Product of rows and an n:m matrix, [R, D] and values [D / m, n, P] to [R, P]: each output counts n of every m inputs in turn (2:4, arXiv 2104.08378), and the others
 * are neither stored nor multiplied. Gradients reach the rows and the values. One custom op where there are some, else TensorFlow's own.
 *
 * @param x - [R, D].
 * @param values - [D / m, n, P].
 * @param places - Of each value the input within its m, as {@link packPlaces} packs them; int32 [D / m, n, P / 8 rounded up].
 * @param m - 1..16.
 */
export function patternMatMul(x: tf.Tensor2D, values: tf.Tensor3D, places: tf.Tensor3D, m: number): tf.Tensor2D {
  expectInteger(WHERE, 'm', m, 1, MOST);
  expectDtype(WHERE, 'x', x, 'float32');
  expectDtype(WHERE, 'values', values, 'float32');
  expectDtype(WHERE, 'places', places, 'int32');
  expectShape(WHERE, values, ['D / m', 'n', 'P']);
  const [groups, n, outputs] = values.shape;
  expectShape(WHERE, x, ['R', groups * m]);
  expectShape(WHERE, places, [groups, n, Math.ceil(outputs / IN_WORD)]);
  return hasCustomOps()
    ? custom(x, values, places, m)
    : tf.tidy(() => tf.matMul(x, composed(values, chosenOf(places, outputs), m)));
}

/** Places [groups, n, P], 0..15, as words of eight, of each output's P rounded up. */
export function packPlaces(
  places: ArrayLike<number>,
  [groups, n, outputs]: readonly [number, number, number]
): Int32Array {
  const words = Math.ceil(outputs / IN_WORD);
  const packed = new Int32Array(groups * n * words);
  for (let row = 0; row < groups * n; row++) {
    for (let output = 0; output < outputs; output++) {
      packed[row * words + Math.floor(output / IN_WORD)] |= places[row * outputs + output] << (4 * (output % IN_WORD));
    }
  }
  return packed;
}

function custom(x: tf.Tensor2D, values: tf.Tensor3D, places: tf.Tensor3D, m: number): tf.Tensor2D {
  return withGradient<tf.Tensor2D>(
    [x, values],
    (save) => {
      save([x, values, places]);
      return executeSingle('SwitchyardPatternMatMul', { m }, [x, values, places]) as tf.Tensor2D;
    },
    (dy, saved) => {
      const [x, values, places] = saved as [tf.Tensor2D, tf.Tensor3D, tf.Tensor3D];
      const pattern = { shape: values.shape, chosen: chosenOf(places, values.shape[2]), m };
      return [tf.matMul(dy, spread(values, pattern), false, true), pick(tf.matMul(x, dy, true), pattern)];
    }
  );
}

/** Where values [D / m, n, P] stand: of each the input within its m. */
interface Places {
  shape: [number, number, number];
  chosen: Uint8Array;
  m: number;
}

/** Places that were decoded, by the data of their tensor, with which they are freed. */
const decoded = new WeakMap<object, Uint8Array>();

/** Of each value the input within its m; [D / m x n x P]. Decoded once for each tensor of places. */
function chosenOf(places: tf.Tensor3D, outputs: number): Uint8Array {
  const [groups, n, words] = places.shape;
  const known = decoded.get(places.dataId);
  // A tensor of as many words may be read for more outputs or fewer.
  if (known?.length === groups * n * outputs) {
    return known;
  }
  const packed = places.dataSync();
  const chosen = new Uint8Array(groups * n * outputs);
  for (let row = 0, at = 0; row < groups * n; row++) {
    for (let output = 0; output < outputs; output++, at++) {
      chosen[at] = (packed[row * words + Math.floor(output / IN_WORD)] >>> (4 * (output % IN_WORD))) & 15;
    }
  }
  decoded.set(places.dataId, chosen);
  return chosen;
}

/** The matrix with its zeros, [D, P], of TensorFlow's own ops. */
function composed(values: tf.Tensor3D, chosen: Uint8Array, m: number): tf.Tensor2D {
  const [groups, , outputs] = values.shape;
  const places = tf.tensor3d(Int32Array.from(chosen), values.shape, 'int32');
  const none = tf.zerosLike(values);
  const inputs = Array.from({ length: m }, (_, i) => tf.where(places.equal(tf.scalar(i, 'int32')), values, none).sum(1)); // prettier-ignore
  return tf.stack(inputs, 1).reshape([groups * m, outputs]);
}

/**
 * The matrix with its zeros, [D, P]; values at one place add up, as those of an output that reads fewer are zeros at a place that is taken. On the host: TensorFlow's own scatter and gather
 * take several times as long there.
 */
function spread(values: tf.Tensor3D, pattern: Places): tf.Tensor2D {
  return withGradient<tf.Tensor2D>(
    [values],
    () => {
      const { shape: [groups, n, outputs], chosen } = pattern; // prettier-ignore
      const from = values.dataSync();
      const to = new Float32Array(groups * pattern.m * outputs);
      for (let row = 0, value = 0; row < groups * n; row++) {
        const first = Math.floor(row / n) * pattern.m;
        for (let output = 0; output < outputs; output++, value++) {
          to[(first + chosen[value]) * outputs + output] += from[value];
        }
      }
      return tf.tensor2d(to, [groups * pattern.m, outputs]);
    },
    (dy) => [pick(dy, pattern)]
  );
}

/** The values of a matrix at their places: `spread`, transposed. */
function pick(matrix: tf.Tensor2D, pattern: Places): tf.Tensor3D {
  return withGradient<tf.Tensor3D>(
    [matrix],
    () => {
      const { shape: [groups, n, outputs], chosen } = pattern; // prettier-ignore
      const from = matrix.dataSync();
      const to = new Float32Array(pattern.chosen.length);
      for (let row = 0, value = 0; row < groups * n; row++) {
        const first = Math.floor(row / n) * pattern.m;
        for (let output = 0; output < outputs; output++, value++) {
          to[value] = from[(first + chosen[value]) * outputs + output];
        }
      }
      return tf.tensor3d(to, pattern.shape);
    },
    (dy) => [spread(dy, pattern)]
  );
}
