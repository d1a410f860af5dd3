import { tf } from '@switchyard/kernel-lib';

/** What a kernel is given. */
type Inputs = Record<string, tf.Tensor>;
/** The two places that every product passes through. */
interface Engine {
  runKernel: (kernel: string, inputs: Inputs, attributes: Record<string, boolean>) => unknown;
}
interface Backend {
  executeSingleOutput: (op: string, attributes: unknown, inputs: tf.Tensor[]) => tf.Tensor;
}

/**
 * Operations of all matrix products that `run` executes, a multiplication and an addition counted as two, seen as they are executed: products of
 * TensorFlow.js's and grouped ones of the custom ops.
 */
export function matrixProducts(run: () => void): number {
  const engine = tf.engine() as unknown as Engine;
  const backend = tf.backend() as unknown as Backend;
  const runKernel = engine.runKernel.bind(engine);
  const executeSingleOutput = backend.executeSingleOutput?.bind(backend);
  let sum = 0;
  engine.runKernel = (kernel, inputs, attributes) => {
    if (kernel === 'BatchMatMul') {
      const { a, b } = inputs;
      const inner = a.shape[attributes.transposeA ? a.rank - 2 : a.rank - 1];
      const columns = b.shape[attributes.transposeB ? b.rank - 2 : b.rank - 1];
      // Batches of one side may be fewer than those of the other.
      const rows = Math.max(a.size / inner, ((a.size / inner) * batches(b)) / batches(a));
      sum += 2 * rows * inner * columns;
    }
    return runKernel(kernel, inputs, attributes);
  };
  backend.executeSingleOutput = (op, attributes, inputs) => {
    if (op === 'SwitchyardGroupedMatMul') {
      const [x, w] = inputs;
      sum += (2 * x.size * w.size) / (w.shape[0] * x.shape[1]!);
    }
    return executeSingleOutput(op, attributes, inputs);
  };
  try {
    run();
  } finally {
    engine.runKernel = runKernel;
    backend.executeSingleOutput = executeSingleOutput;
  }
  return sum;
}

function batches({ shape }: tf.Tensor): number {
  return shape.slice(0, -2).reduce((product, n) => product * n, 1);
}
