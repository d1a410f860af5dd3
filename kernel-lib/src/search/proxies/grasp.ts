import { tf } from '../../base/backend';
import type { Module } from '../../base/core';
import { moved } from '../moved';
import { batchGradients } from './proxy';
import type { HostGradients, Proxy, ProxyOptions } from './proxy';

/** How far values are moved along the gradient, as a share of their own Euclidean norm. */
const REACH = 2e-3;

/**
 * GraSP as a score of networks (arXiv 2002.07376, 2101.08134): minus the sum over values of w (H g), the product of the loss's Hessian with its own
 * gradient; of several batches the mean. The product is the central difference of gradients along g: exact where the loss is quadratic, elsewhere to
 * the square of its step.
 */
export function grasp({ batches = 1, seed = 0, ...options }: ProxyOptions): Proxy {
  const where = 'nas.proxies.grasp';
  return {
    kind: 'grasp',
    score(model) {
      const { values, gradients } = batchGradients(where, model, { ...options, batches, seed });
      const size = norm(values);
      const scores = gradients.map((of, batch) => {
        const length = norm(of);
        const step = length === 0 ? 0 : (REACH * (size || 1)) / length;
        const [ahead, behind] = [step, -step].map((by) =>
          movedAlong(model, of, by, () => batchGradients(where, model, { ...options, batches, seed }).gradients[batch])
        );
        return length === 0 ? 0 : -product(values, ahead, behind) / (2 * step);
      });
      return scores.reduce((a, b) => a + b, 0) / scores.length;
    }
  };
}

/** Runs `f` with parameters moved along a direction that is on the host. */
function movedAlong<T>(model: Module, direction: HostGradients, by: number, f: () => T): T {
  const parameters = model.parameters();
  const tensors = new Map(
    [...direction].map(([path, values]) => [path, tf.tensor(values, parameters.get(path)!.shape)])
  );
  try {
    return moved(parameters, tensors, by, f);
  } finally {
    tensors.forEach((tensor) => tensor.dispose());
  }
}

function product(values: HostGradients, ahead: HostGradients, behind: HostGradients): number {
  return [...ahead].reduce((sum, [path, of]) => {
    const [own, other] = [values.get(path)!, behind.get(path)!];
    return sum + of.reduce((inner, each, i) => inner + own[i] * (each - other[i]), 0);
  }, 0);
}

function norm(of: HostGradients): number {
  return Math.sqrt([...of.values()].reduce((sum, each) => sum + each.reduce((inner, g) => inner + g * g, 0), 0));
}
