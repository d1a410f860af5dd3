import { expectInteger } from '../../base/core';
import { batchGradients } from './proxy';
import type { Proxy, ProxyOptions } from './proxy';

/**
 * ZiCo (arXiv 2301.11300): the sum over parameters of the logarithm of the sum over values of mean |g| / std |g|, over batches; a value
 * whose gradient does not vary is left out.
 */
export function zico({ batches = 2, ...options }: ProxyOptions): Proxy {
  const where = 'nas.proxies.zico';
  expectInteger(where, 'batches', batches, 2);
  return {
    kind: 'zico',
    score(model) {
      const { values, gradients } = batchGradients(where, model, { ...options, batches });
      return [...values].reduce((sum, [path, { length }]) => {
        const ratios = ratioSum(
          gradients.flatMap((of) => of.get(path) ?? []),
          length
        );
        return ratios > 0 ? sum + Math.log(ratios) : sum;
      }, 0);
    }
  };
}

/** Sum over values of mean over std of their magnitude (of the population), over batches. */
function ratioSum(batches: readonly Float32Array[], length: number): number {
  let sum = 0;
  for (let i = 0; batches.length > 0 && i < length; i++) {
    const mean = batches.reduce((total, each) => total + Math.abs(each[i]), 0) / batches.length;
    const variance = batches.reduce((total, each) => total + (Math.abs(each[i]) - mean) ** 2, 0) / batches.length;
    sum += variance > 0 ? mean / Math.sqrt(variance) : 0;
  }
  return sum;
}
