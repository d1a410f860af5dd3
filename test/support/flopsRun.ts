import { core, tf } from '@switchyard/kernel-lib';
import { matrixProducts } from './matrixProducts';

/**
 * Operations a token of all matrix products that a forward pass of these many tokens runs, counted by watching them. The pass is of token ids,
 * unless another `input` is given, of one sequence.
 */
export function flopsRun(model: core.Module, length: number, input?: tf.Tensor): number {
  const ctx = core.Context.create();
  try {
    const run = (): void => void model.apply(input ?? tf.range(0, length, 1, 'int32').expandDims(0), ctx);
    return matrixProducts(() => tf.tidy(run)) / length;
  } finally {
    ctx.dispose();
  }
}
