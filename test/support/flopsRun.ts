import { core, tf } from '@switchyard/kernel-lib';

/**
 * Operations a token of all matrix products that a forward pass of these many tokens runs, counted by watching them; the grouped
 * products of experts are not among them. The pass is of token ids, unless another `input` is given, of one sequence.
 */
export function flopsRun(model: core.Module, length: number, input?: tf.Tensor): number {
  let sum = 0;
  const ctx = core.Context.create();
  const original = tf.engine().runKernel.bind(tf.engine());
  const engine = tf.engine() as unknown as { runKernel: unknown };
  engine.runKernel = (kernel: string, inputs: Record<string, tf.Tensor>, attributes: Record<string, boolean>) => {
    if (kernel === 'BatchMatMul') {
      const { a, b } = inputs;
      const inner = a.shape[attributes.transposeA ? a.rank - 2 : a.rank - 1];
      const columns = b.shape[attributes.transposeB ? b.rank - 2 : b.rank - 1];
      sum += (a.size / inner) * inner * columns;
    }
    return original(kernel, inputs as never, attributes as never);
  };
  try {
    tf.tidy(() => model.apply(input ?? tf.range(0, length, 1, 'int32').expandDims(0), ctx));
  } finally {
    engine.runKernel = original;
    ctx.dispose();
  }
  return (2 * sum) / length;
}
