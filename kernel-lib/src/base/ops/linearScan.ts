import { tf } from '../backend';
import { expectShape } from '../core';
import { withGradient } from './gradient';

/**
 * States of a linear recurrence with decays of their own at each position, `h_t = a_t h_(t-1) + b_t` from 0, elementwise; decays and inputs [B, L, K] to states [B, L, K]. Its gradient is the same recurrence backwards. Time grows with L.
 */
export function linearScan(decays: tf.Tensor3D, inputs: tf.Tensor3D): tf.Tensor3D {
  expectShape('ops.linearScan', inputs, ['B', 'L', 'K']);
  expectShape('ops.linearScan', decays, inputs.shape);
  if (inputs.size === 0) {
    return tf.zeros(inputs.shape);
  }
  return withGradient<tf.Tensor3D>(
    [decays, inputs],
    (save) => {
      const states = run(tf.unstack(decays, 1), tf.unstack(inputs, 1));
      const y = tf.stack(states, 1) as tf.Tensor3D;
      save([decays, y]);
      return y;
    },
    (dy, [decays, states]) => {
      const [count, length, width] = dy.shape;
      // Backwards each gradient decays by what its state did on its way to the next.
      const next = tf.unstack(decays, 1).slice(1).reverse();
      const start = tf.zeros([count, width]);
      const flows = run([start, ...next], tf.unstack(dy, 1).reverse()).reverse();
      const gradient = tf.stack(flows, 1);
      const before = tf.concat([tf.zeros([count, 1, width]), states.slice([0, 0, 0], [-1, length - 1, -1])], 1);
      return [gradient.mul(before), gradient];
    }
  );
}

function run(decays: tf.Tensor[], inputs: tf.Tensor[]): tf.Tensor[] {
  const states: tf.Tensor[] = [];
  inputs.forEach((input, t) => states.push(t === 0 ? input : decays[t].mul(states[t - 1]).add(input)));
  return states;
}
