import { tf } from '../../../base/backend';
import { fail } from '../../../base/core';
import type { GroupImportance } from './importance';
import { isBias, maskedValue } from './parts/scoreEach';

/**
 * Distance from the geometric median (FPGM, He et al., arXiv 1811.00250): sum of the Euclidean distances of a position's weights from those of all
 * others of its group, a mean over the matrices that it is in. What lies in the middle of the others can go: they stand in for it. Torch-Pruning
 * takes distances of the squared weights instead.
 */
export function geometricMedian(): GroupImportance {
  return {
    kind: 'geometricMedian',
    scoreGroups: (model, groups) =>
      groups.map((group) => {
        const size = group.axis.storedSize;
        const stored = model.parameters();
        const matrices = group.members.filter(({ path }) => !isBias(path) && (stored.get(path)?.shape.length ?? 0) > 1);
        if (matrices.length === 0) {
          fail('prune.geometricMedian', `"${group.name}" must be of a matrix`, group.members.map(({ path }) => path)); // prettier-ignore
        }
        const sums = new Float32Array(size);
        for (const { path, dimension } of matrices) {
          const places = stored.get(path)!.axes[dimension].placesOf(group.axis);
          distances(maskedValue(model, path), dimension, { places, size }).forEach(
            (sum, i) => (sums[i] += sum / matrices.length)
          );
        }
        return sums;
      })
  };
}

/** Sum of the distances of each position's slice from all others'. Takes the value over. */
function distances(
  value: tf.Tensor,
  dimension: number,
  { places, size }: { places: Int32Array; size: number }
): Float32Array {
  const sums = tf.tidy(() => {
    const rows = value.transpose([dimension, ...value.shape.map((_, i) => i).filter((i) => i !== dimension)]);
    // Places of each position, one after the other: as many of each.
    const order = Array.from({ length: size }, (_, position) =>
      Array.from(places.keys()).filter((place) => places[place] === position)
    ).flat();
    const flat = tf.gather(rows, tf.tensor1d(order, 'int32')).reshape([size, -1]);
    const squares = flat.square().sum(1);
    const products = tf.matMul(flat, flat, false, true);
    const between = squares.expandDims(1).add(squares.expandDims(0)).sub(products.mul(2));
    return between.relu().sqrt().sum(1).dataSync<'float32'>().slice();
  });
  value.dispose();
  return sums;
}
