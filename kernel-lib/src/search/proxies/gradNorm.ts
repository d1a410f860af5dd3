import { batchGradients } from './proxy';
import type { Proxy, ProxyOptions } from './proxy';

/** Gradient norm (arXiv 2101.08134): the sum over parameters of the Euclidean norm of a batch's gradient; of several batches the mean. */
export function gradNorm(options: ProxyOptions): Proxy {
  return {
    kind: 'grad-norm',
    score(model) {
      const { gradients } = batchGradients('nas.proxies.gradNorm', model, options);
      const norms = gradients.map((of) => [...of.values()].reduce((sum, each) => sum + norm(each), 0));
      return norms.reduce((a, b) => a + b, 0) / norms.length;
    }
  };
}

function norm(values: Float32Array): number {
  return Math.sqrt(values.reduce((sum, each) => sum + each * each, 0));
}
