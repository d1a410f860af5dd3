import { expectInteger, expectNumber, expectOneOf, fail } from '../../base/core';
import type { Module, Parameter } from '../../base/core';
import { AdamW } from '../../train/loop/adamW';
import { nextTurn } from '../../train/loop/nextTurn';
import type { TaskFitOptions } from '../../train/loop/options';
import { stepper } from '../../train/loop/stepper';
import type { Task } from '../../train/tasks/task';
import { ArchitectureGradient } from './architectureGradient';

/** Options of a search in which weights and an architecture are trained in turn. */
export interface AlternateOptions extends Pick<
  TaskFitOptions,
  'weightDecay' | 'clipNorm' | 'schedule' | 'warmup' | 'betas'
> {
  /** Task that weights are trained on. */
  task: Task;
  /** Task that the architecture is trained on: the same on other data. */
  validation: Task;
  /** Steps of both. */
  steps: number;
  /**
   * Gradient of the architecture: at the weights as they are, or at those that a step of training would lead to, with what that step depends on
   * (equations 7 and 8). Default "second".
   */
  order?: 'first' | 'second';
  /** Highest learning rate of weights, which is the length of the step looked ahead as well. Default 0.025. */
  learningRate?: number;
  /** Learning rate of the architecture. Default 0.003. */
  architectureRate?: number;
  /** Decay of the architecture's parameters, times their learning rate. Default 0.001. */
  architectureDecay?: number;
  /** Seed of the batches. Default 0. */
  seed?: number;
}

/**
 * Trains weights on one task and the architecture's parameters on another, a step of each in turn, in place.
 *
 * @param architecture - The architecture's parameters by their paths in the model.
 * @param afterStep - Is told the loss on the validation batch before each step of the architecture.
 * @throws {SwitchyardError} where an option is out of range, or there is no parameter of an architecture.
 */
export async function alternate(
  where: string,
  model: Module,
  architecture: ReadonlyMap<string, Parameter>,
  options: AlternateOptions,
  afterStep: (loss: number) => void
): Promise<void> {
  const { task, validation, steps, order = 'second', seed = 0, ...rest } = options;
  const { learningRate = 0.025, architectureRate = 0.003, architectureDecay = 1e-3, ...fitting } = rest;
  expectInteger(where, 'steps', steps, 1);
  expectOneOf(where, 'order', order, ['first', 'second']);
  expectNumber(where, 'learningRate', learningRate, 0);
  expectNumber(where, 'architectureRate', architectureRate, 0);
  expectNumber(where, 'architectureDecay', architectureDecay, 0);
  if (architecture.size === 0) {
    fail(where, 'the model must have parameters of an architecture', model.kind);
  }
  const search = new ArchitectureGradient(model, architecture, {
    task: task.on?.(model) ?? task,
    validation: validation.on?.(model) ?? validation,
    seed
  });
  const rule = { beta1: 0.5, beta2: 0.999, epsilon: 1e-8, weightDecay: architectureDecay };
  const optimizer = new AdamW(architecture, rule);
  // The optimiser of weights knows nothing of the architecture.
  architecture.forEach((parameter) => (parameter.trainable = false));
  const training = stepper(model, task, { steps, seed, learningRate, ...fitting });
  try {
    for (let step = 1; step <= steps; step++) {
      const { loss, gradients: own } = search.gradient(step, order === 'second' ? learningRate : 0);
      optimizer.update(own, { learningRate: architectureRate, scale: 1 });
      own.forEach((gradient) => gradient.dispose());
      training.step();
      afterStep(loss);
      await nextTurn();
    }
  } finally {
    training.dispose();
    optimizer.dispose();
    architecture.forEach((parameter) => (parameter.trainable = true));
  }
}
