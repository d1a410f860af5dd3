import { hasCustomOps } from './customOps';
import { executeSingle } from './load';
import { takeKernel } from './takeKernel';

/**
 * Takes the dense products of TensorFlow.js, the user's as well, to the custom op where there is one: TensorFlow's own
 * kernel cuts its sums by the sizes of the processor's caches, so that two generations of processors end on other digits.
 */
export function takeDenseProducts(): void {
  takeKernel('BatchMatMul', ({ inputs: { a, b }, attrs }) => {
    if (a.dtype !== 'float32' || b.dtype !== 'float32' || !batchesFit(a.shape, b.shape) || !hasCustomOps()) {
      return null;
    }
    const { transposeA, transposeB } = attrs as { transposeA: boolean; transposeB: boolean };
    return executeSingle('SwitchyardMatMul', { transpose_a: transposeA, transpose_b: transposeB }, [a, b]);
  });
}

/** Whether the matrices of both sides are as many, or one side has a single one and no more dimensions: others are broadcast by TensorFlow. */
function batchesFit(a: number[], b: number[]): boolean {
  const [left, right] = [a.slice(0, -2), b.slice(0, -2)];
  const single = (batch: number[], other: number[]): boolean =>
    batch.length <= other.length && batch.every((size) => size === 1);
  const same = left.length === right.length && left.every((size, d) => size === right[d]);
  return same || single(left, right) || single(right, left);
}
