import { tf } from '@switchyard/kernel-lib';

/** What a kernel is given. */
type Inputs = Record<string, tf.Tensor>;
/** The two places that every product passes through. */
interface Engine {
  runKernel: (kernel: string, inputs: Inputs, attributes: Record<string, boolean>) => unknown;
}
interface Backend {
  executeSingleOutput: (op: string, attributes: unknown, inputs: tf.Tensor[]) => tf.Tensor;
  executeMultipleOutputs: (op: string, attributes: Attribute[], inputs: tf.Tensor[], outputs: number) => tf.Tensor[];
}
interface Attribute {
  name: string;
  value: number | boolean;
}

/**
 * Operations of all matrix products that `run` executes, a multiplication and an addition counted as two, seen as they are executed: products of
 * TensorFlow.js's, grouped ones of the custom ops, and those of attention in one op, where what a causal one leaves out is counted as well.
 */
export function matrixProducts(run: () => void): number {
  const engine = tf.engine() as unknown as Engine;
  const backend = tf.backend() as unknown as Backend;
  const runKernel = engine.runKernel.bind(engine);
  const executeSingleOutput = backend.executeSingleOutput?.bind(backend);
  const executeMultipleOutputs = backend.executeMultipleOutputs?.bind(backend);
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
  backend.executeMultipleOutputs = (op, attributes, inputs, outputs) => {
    const results = executeMultipleOutputs(op, attributes, inputs, outputs);
    if (op === 'SwitchyardAttention') {
      sum += ofAttention(attributes, inputs, results[0]);
    }
    return results;
  };
  try {
    run();
  } finally {
    engine.runKernel = runKernel;
    backend.executeSingleOutput = executeSingleOutput;
    backend.executeMultipleOutputs = executeMultipleOutputs;
  }
  return sum;
}

/** Scores, and sums of values. */
function ofAttention(attributes: Attribute[], [query, key]: tf.Tensor[], mixed: tf.Tensor): number {
  const of = (name: string): number => Number(attributes.find((each) => each.name === name)!.value);
  const packed = of('packed') === 1;
  const queries = packed ? (query.size * of('heads')) / (of('heads') + 2 * of('groups')) : query.size;
  const keys = (packed ? query : key).shape[1]!;
  return 2 * keys * (queries + mixed.size);
}

function batches({ shape }: tf.Tensor): number {
  return shape.slice(0, -2).reduce((product, n) => product * n, 1);
}
