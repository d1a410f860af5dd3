import { hasCustomOps } from './customOps';
import { executeSingle } from './load';
import { takeKernel } from './takeKernel';

/** Takes reshaping in TensorFlow.js, the user's as well, to the custom op where there is one; to the shape that is there already no op runs. */
export function takeReshape(): void {
  takeKernel('Reshape', ({ inputs: { x }, attrs, backend }) => {
    const shape = sizesOf((attrs as { shape: number[] }).shape, x.size);
    if (shape !== null && shape.length === x.rank && shape.every((size, d) => size === x.shape[d])) {
      backend.incRef(x.dataId);
      return { dataId: x.dataId, shape: x.shape, dtype: x.dtype };
    }
    // What does not fit TensorFlow's own refuses.
    const fits = shape !== null && x.dtype === 'float32' && hasCustomOps();
    return fits ? executeSingle('SwitchyardReshape', { sizes: shape }, [x]) : null;
  });
}

/** Sizes with that of -1 found; null where they are not of so many values. */
function sizesOf(shape: readonly number[], values: number): number[] | null {
  const known = shape.reduce((product, size) => (size === -1 ? product : product * size), 1);
  const open = shape.filter((size) => size === -1).length;
  const found = open === 1 && known > 0 ? values / known : 1;
  const fits = open <= 1 && known * found === values && Number.isInteger(found) && shape.every((size) => size >= -1);
  return fits ? shape.map((size) => (size === -1 ? found : size)) : null;
}
