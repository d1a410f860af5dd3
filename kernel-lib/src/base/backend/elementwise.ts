import type { Tensor } from '@tensorflow/tfjs';
import { hasCustomOps } from './customOps';
import { executeSingle } from './load';
import { takeKernel } from './takeKernel';

const FUNCTIONS = { Add: 'add', Sub: 'subtract', Multiply: 'multiply' } as const;
/** Values of an operand that is repeated, from which on a row of it is worth a loop of its own. */
const WORTH = 16;

/**
 * Takes sums, differences and products of TensorFlow.js value by value, the user's as well, to the custom op where there is one; the same to the last bit. TensorFlow's own kernels wake
 * sleeping threads for them, which takes longer than a sum of the rows of a layer.
 */
export function takeElementwise(): void {
  for (const [kernel, name] of Object.entries(FUNCTIONS)) {
    takeKernel(kernel, ({ inputs: { a, b } }) => {
      if (a.dtype !== 'float32' || b.dtype !== 'float32' || !hasCustomOps()) {
        return null;
      }
      if (repeats(b, a)) {
        return executeSingle('SwitchyardElementwise', { function: name }, [a, b]);
      }
      const turned = name !== 'subtract' && repeats(a, b);
      return turned ? executeSingle('SwitchyardElementwise', { function: name }, [b, a]) : null;
    });
  }
}

/** Whether an operand has the other's shape, is a scalar, or is a row of the other's last dimensions. */
function repeats(end: Tensor, of: Tensor): boolean {
  const skipped = of.rank - end.rank;
  return (
    skipped >= 0 &&
    (end.rank === 0 || end.size >= WORTH || skipped === 0) &&
    end.shape.every((size, d) => size === of.shape[skipped + d])
  );
}
