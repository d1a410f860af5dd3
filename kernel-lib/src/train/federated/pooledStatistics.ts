import { tf } from '../../base/backend';
import type { Module } from '../../base/core';
import { measureStatistics } from '../../transform/elastic/calibrate';

/**
 * Sets a model's batch norms to the statistics of all clients together, from those that each measures on inputs of its own: the mean of the means, and the mean of the variances with
 * the spread of the means. No input leaves its client.
 */
export function poolStatistics(
  where: string,
  model: Module,
  inputs: readonly tf.Tensor[],
  weights: readonly number[]
): void {
  const total = weights.reduce((a, b) => a + b, 0);
  const measured = inputs.map((own) => measureStatistics(where, model, own));
  const buffers = model.buffers();
  tf.tidy(() => {
    const mean = (of: (client: Map<string, tf.Tensor>) => tf.Tensor): tf.Tensor =>
      tf.addN(measured.map((client, i) => of(client).mul(weights[i] / total)));
    for (const path of measured[0].keys()) {
      const means = path.replace(/variance$/, 'mean');
      const centre = mean((client) => client.get(means)!);
      const value = path === means ? centre : mean((client) => client.get(path)!.add(client.get(means)!.sub(centre).square())); // prettier-ignore
      buffers.get(path)!.assignKept(value);
    }
  });
  measured.forEach((client) => client.forEach((each) => each.dispose()));
}
