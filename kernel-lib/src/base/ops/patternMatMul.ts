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
    : tf.tidy(() => tf.matMul(x, unpack(values, chosen(places, outputs, m))));
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
      const [groups, , outputs] = values.shape;
      const at = chosen(places, outputs, m);
      const outer = tf.matMul(x, dy, true).reshape([groups, m, outputs]).transpose([0, 2, 1]).expandDims(1);
      return [tf.matMul(dy, unpack(values, at), false, true), outer.mul(at).sum(-1)];
    }
  );
}

/** 1 where an input is the value's; [D / m, n, P, m]. */
function chosen(places: tf.Tensor3D, outputs: number, m: number): tf.Tensor4D {
  const [groups, n, words] = places.shape;
  const packed = places.dataSync();
  const out = new Int32Array(groups * n * outputs);
  for (let i = 0; i < out.length; i++) {
    const [row, output] = [Math.floor(i / outputs), i % outputs];
    out[i] = (packed[row * words + Math.floor(output / IN_WORD)] >>> (4 * (output % IN_WORD))) & 15;
  }
  return tf
    .tensor4d(out, [groups, n, outputs, 1], 'int32')
    .equal<tf.Tensor4D>(tf.range(0, m, 1, 'int32'))
    .toFloat();
}

/** The matrix with its zeros; [D, P]. */
function unpack(values: tf.Tensor3D, chosen: tf.Tensor4D): tf.Tensor2D {
  const [groups, , outputs] = values.shape;
  const whole = values.expandDims(3).mul(chosen).sum<tf.Tensor3D>(1);
  return whole.transpose([0, 2, 1]).reshape([groups * chosen.shape[3], outputs]);
}
