import { batchGradients } from './proxy';
import type { Proxy, ProxyOptions } from './proxy';

/** SNIP as a score of networks (arXiv 1810.02340, 2101.08134): the sum over values of |w g|; of several batches the mean. */
export function snip(options: ProxyOptions): Proxy {
  return {
    kind: 'snip',
    score(model) {
      const { values, gradients } = batchGradients('nas.proxies.snip', model, options);
      const sums = gradients.map((of) =>
        [...of].reduce(
          (sum, [path, gradient]) =>
            sum + gradient.reduce((inner, g, i) => inner + Math.abs(g * values.get(path)![i]), 0),
          0
        )
      );
      return sums.reduce((a, b) => a + b, 0) / sums.length;
    }
  };
}
