import type { tf } from '../../base/backend';
import type { Context, Module } from '../../base/core';
import { stepper } from '../loop/stepper';

/** Trains a module by Adam on a loss, a function of the step from 1, whose tensors are tidied. */
export function descend(
  kind: string,
  module: Module,
  { steps, learningRate, seed }: { steps: number; learningRate: number; seed: number },
  loss: (step: number, ctx: Context) => tf.Scalar
): void {
  const task = {
    ...{ kind, fixed: {}, batch: (step: number) => step },
    loss: (_: Module, step: number, ctx: Context) => loss(step, ctx)
  };
  const training = stepper(module, task, { steps, learningRate, seed, weightDecay: 0, warmup: 0 });
  while (training.steps < steps) {
    training.step();
  }
  training.dispose();
}
