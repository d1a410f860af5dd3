import { tf } from '../../../base/backend';
import type { ValueImportance } from './importance';
import { scoreEach } from './parts/scoreEach';
import type { BiasOptions } from './parts/scoreEach';

/**
 * LAMP (Lee et al., arXiv 2010.07611): a square over the sum of all squares of its parameter that are at least as large, so that values of all
 * parameters compare. Of groups, the sum of squares of a slice over those of the slices that are at least as large. Of equal ones the later
 * counts as the larger.
 */
export function lamp(options: BiasOptions = {}): ValueImportance {
  return {
    kind: 'lamp',
    score: (model) => {
      const squares = scoreEach(model, options, (value) => value.square());
      return new Map([...squares].map(([path, each]) => [path, normalized(each)]));
    },
    // Slices add squares, which is what the last step works on.
    ofGroups: { score: (model) => scoreEach(model, options, (value) => value.square()), normalize: overLarger }
  };
}

function normalized(squares: tf.Tensor): tf.Tensor {
  const values = squares.dataSync<'float32'>();
  const { shape } = squares;
  squares.dispose();
  return tf.tensor(overLarger(values), shape);
}

/** Each value over the sum of those that are as large or larger. */
function overLarger(values: Float32Array): Float32Array {
  const order = Array.from(values.keys()).sort((a, b) => values[b] - values[a] || b - a);
  const out = new Float32Array(values.length);
  let sum = 0;
  for (const i of order) {
    sum += values[i];
    out[i] = sum === 0 ? 0 : values[i] / sum;
  }
  return out;
}
