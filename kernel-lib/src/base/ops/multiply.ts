import { executeSingle, hasCustomOps, tf } from '../backend';
import { expectDtype } from '../core';
import type { Stored } from '../core';
import { embed } from './embed';
import { withGradient } from './gradient';
import { groupedMatMul } from './groupedMatMul';
import { PackedTensor } from './packedTensor';
import { PagedTensor } from './pagedTensor';
import type { DispatchPlan } from './planDispatch';

/**
 * Rows [..., D] times a parameter [D, H], whatever way it is stored: [..., H]; or, transposed, rows [..., H] times its transpose, [..., D]. A packed one
 * is multiplied as it is, has no gradient, and passes that of the rows on. Call it within a tidy.
 */
export function multiply<T extends tf.Tensor>(x: T, parameter: Stored, transposed = false): T {
  expectDtype('ops.multiply', 'x', x, 'float32');
  const packed = packedOf(parameter);
  if (packed !== null && hasCustomOps()) {
    return packedMatMul(x, packed, transposed, null);
  }
  const width = x.shape.at(-1)!;
  // Rank 2 on both sides: TensorFlow.js does not sum the gradient of a broadcast operand.
  const rows = (x.rank === 2 ? x : x.reshape([-1, width])) as tf.Tensor2D;
  const y: tf.Tensor2D =
    packed === null
      ? tf.matMul<tf.Tensor2D>(rows, parameter.read() as tf.Tensor2D, false, transposed)
      : packedMatMul<tf.Tensor2D>(rows, packed, transposed, null);
  return (x.rank === 2 ? y : y.reshape([...x.shape.slice(0, -1), y.shape[1]])) as T;
}

/** As {@link groupedMatMul} with a parameter [E, D, H]. */
export function multiplyGroups(x: tf.Tensor2D, parameter: Stored, plan: DispatchPlan): tf.Tensor2D {
  expectDtype('ops.multiplyGroups', 'x', x, 'float32');
  if (parameter.packed instanceof PagedTensor) {
    return pagedMatMul(x, parameter.packed, plan);
  }
  const packed = packedOf(parameter);
  return packed === null
    ? groupedMatMul(x, parameter.read() as tf.Tensor3D, plan)
    : packedMatMul(x, packed, false, plan);
}

/** Rows of a parameter [V, D] by id, as {@link embed}. */
export function lookUp(parameter: Stored, ids: tf.Tensor): tf.Tensor {
  expectDtype('ops.lookUp', 'ids', ids, 'int32');
  const packed = packedOf(parameter);
  if (packed === null || packed.layout.transposed || !hasCustomOps()) {
    return embed(parameter.read() as tf.Tensor2D, ids);
  }
  const { format, rows, columns } = packed.layout;
  const found = executeSingle('SwitchyardPackedGather', { format, rows, columns }, [packed.words, ids.flatten()]);
  return found.reshape([...ids.shape, columns]);
}

/** The packed value of a parameter that is multiplied as it is; else null. */
export function packedOf({ packed }: Stored): PackedTensor | null {
  return packed instanceof PackedTensor ? packed : null;
}

function packedMatMul<T extends tf.Tensor>(
  x: T,
  packed: PackedTensor,
  transposed: boolean,
  plan: DispatchPlan | null
): T {
  return withGradient<T>(
    [x],
    () => product(x, packed, transposed, plan),
    (dy) => [product(dy, packed, !transposed, plan)]
  );
}

function pagedMatMul(x: tf.Tensor2D, paged: PagedTensor, plan: DispatchPlan): tf.Tensor2D {
  return withGradient<tf.Tensor2D>(
    [x],
    () => pagedProduct(x, paged, false, plan),
    (dy) => [pagedProduct(dy as tf.Tensor2D, paged, true, plan)]
  );
}

/** Rows of each expert times its matrix, of which as many are read at once as fit. */
function pagedProduct(x: tf.Tensor2D, paged: PagedTensor, transposed: boolean, plan: DispatchPlan): tf.Tensor2D {
  const used = Array.from(plan.counts.keys()).filter((expert) => plan.counts[expert] > 0);
  const parts: tf.Tensor2D[] = [];
  for (let first = 0; first < used.length; first += paged.capacity) {
    const some = used.slice(first, first + paged.capacity);
    paged.pages(some).forEach((page, i) => {
      const rows = x.slice([plan.offsets[some[i]], 0], [plan.counts[some[i]], -1]);
      parts.push(product(rows, page, transposed, null));
    });
  }
  const [, inputs, outputs] = paged.shape;
  return parts.length === 0 ? tf.zeros([0, transposed ? inputs : outputs]) : tf.concat(parts);
}

function product<T extends tf.Tensor>(x: T, packed: PackedTensor, transposed: boolean, plan: DispatchPlan | null): T {
  if (!hasCustomOps()) {
    const value = packed.unpack();
    const rows = x as tf.Tensor as tf.Tensor2D;
    return (plan === null
      ? tf.matMul(rows, value as tf.Tensor2D, false, transposed)
      : groupedMatMul(rows, (transposed ? value.transpose([0, 2, 1]) : value) as tf.Tensor3D, plan)) as tf.Tensor as T;
  }
  const { format, rows, columns } = packed.layout;
  const attributes = { format, rows, columns, transpose_w: packed.layout.transposed !== transposed };
  const offsets = tf.tensor1d(plan === null ? [] : plan.offsets, 'int32');
  return executeSingle('SwitchyardPackedMatMul', attributes, [x, packed.words, offsets]) as T;
}
