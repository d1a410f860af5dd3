import { tf } from '../backend';
import { expectDtype, expectShape, fail } from '../core';
import { withGradient } from './gradient';
import { segmentSum } from './segmentSum';

/**
 * Rows of `table` [V, D] by id; ids of any shape [...] give [..., D]. The gradient adds up the rows of an id in
 * order, so the CPU gives the same bits each time.
 *
 * Ids must lie in 0..V-1. Nothing checks that here, because it would read them back from the device: check ids where
 * they are made, on the host.
 *
 * @param ids - int32. No gradient.
 */
export function embed(table: tf.Tensor2D, ids: tf.Tensor): tf.Tensor {
  expectShape('ops.embed', table, ['V', 'D']);
  expectDtype('ops.embed', 'table', table, 'float32');
  expectDtype('ops.embed', 'ids', ids, 'int32');
  const [numRows, width] = table.shape;
  if (numRows === 0 && ids.size > 0) {
    fail('ops.embed', 'table must have a row', 0);
  }
  return withGradient(
    [table],
    (save) => {
      save([ids]);
      return tf.gather(table, ids);
    },
    (dy, [ids]) => [segmentSum(dy.reshape([-1, width]), ids.reshape([-1]), numRows)]
  );
}
