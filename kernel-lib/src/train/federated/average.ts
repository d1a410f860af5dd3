import { tf } from '../../base/backend';
import { fail } from '../../base/core';
import type { Module } from '../../base/core';

/**
 * Federated averaging (arXiv 1602.05629): parameters, and buffers of numbers, become the weighted mean of those of models of the same shape, in place.
 *
 * @param weights - One for each model, such as how many examples it was trained on; they need not add up to 1.
 * @throws {SwitchyardError} where there is not a weight for each of one or more models, they add up to nothing, or a model lacks a value.
 */
export function federatedAverage(into: Module, models: readonly Module[], weights: readonly number[]): void {
  const total = weights.reduce((a, b) => a + b, 0);
  if (models.length === 0 || weights.length !== models.length || !(total > 0) || weights.some((each) => each < 0)) {
    fail(WHERE, `weights must be one for each of ${models.length} models, and more than nothing together`, weights);
  }
  const values = models.map((model) => model.stored());
  into.stored().forEach((own, path) => {
    if (own.variable.dtype === 'float32') {
      tf.tidy(() => {
        const parts = values.map((all, i) => (all.get(path) ?? fail(WHERE, 'models must have the same values', path)).variable.mul(weights[i] / total)); // prettier-ignore
        own.assign(tf.addN(parts), path);
      });
    }
  });
}

const WHERE = 'train.federatedAverage';
