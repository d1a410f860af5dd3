import { fail } from '../../base/core';
import { batchGradients } from './proxy';
import type { Proxy, ProxyOptions } from './proxy';

/**
 * GradSign (arXiv 2110.08616): the sum over values of |sum over samples of the sign of the sample's gradient|. Where samples agree on the
 * direction of a value it counts as many as there are; its order makes no difference. The task must give one sample a batch, and `batches`
 * is how many.
 *
 * @throws {SwitchyardError} for a task of larger batches: a sum of gradients has lost their signs.
 */
export function gradSign({ batches = 8, ...options }: ProxyOptions): Proxy {
  const where = 'nas.proxies.gradSign';
  const { batchSize } = options.task.fixed;
  if (batchSize !== 1) {
    fail(where, 'the task must give one sample a batch (batchSize: 1)', batchSize);
  }
  return {
    kind: 'grad-sign',
    score(model) {
      const { values, gradients } = batchGradients(where, model, { ...options, batches });
      return [...values].reduce((sum, [path, { length }]) => {
        const signs = new Float64Array(length);
        gradients.forEach((of) => of.get(path)?.forEach((g, i) => (signs[i] += Math.sign(g))));
        return sum + signs.reduce((inner, each) => inner + Math.abs(each), 0);
      }, 0);
    }
  };
}
