import { fail } from '../../base/core';
import type { Module, Observer } from '../../base/core';
import type { Metrics, Task } from '../tasks/task';
import { resolveOptions } from './options';
import type { StepperOptions } from './options';
import { Trainer } from './trainer';

/**
 * A training that whoever holds it takes step by step: for two networks in turn, a loop inside a loop, a step between two looks. Owns the
 * optimiser's tensors; dispose it.
 */
export class Stepper {
  /** @internal Made by {@link stepper}. */
  constructor(private readonly trainer: Trainer) {}

  /** Steps taken. */
  get steps(): number {
    return this.trainer.step;
  }

  /**
   * Draws the task's next batch and trains on it, as a step of `train.fit` with the same seed does.
   *
   * @param observers - Hear what the pass publishes.
   * @returns The scalars of the step: "loss/train", "learningRate", "gradientNorm", auxiliary losses by name.
   * @throws {SwitchyardError} for a loss or gradient that is not finite, which changes nothing, and after the last step.
   */
  step(observers: readonly Observer[] = []): Record<string, number> {
    const { trainer } = this;
    const { steps, seed } = trainer.options;
    if (trainer.step >= steps) {
      fail('train.stepper', `there are ${steps} steps`, `step ${trainer.step + 1}`);
    }
    return trainer.trainStep(trainer.task.batch(trainer.step + 1, seed), observers);
  }

  dispose(): void {
    this.trainer.dispose();
  }
}

/**
 * A training of a model on a task, a step at a call. Options as those of `train.fit`, which does the same by itself, and gives way to the
 * notebook, evaluates, writes checkpoints and is watched.
 *
 * @throws {SwitchyardError} for options that do not fit, and a model without a parameter to train.
 */
export function stepper<B, E extends Metrics>(model: Module, task: Task<B, E>, options: StepperOptions): Stepper {
  const where = 'train.stepper';
  const resolved = resolveOptions(options, model, where);
  const own = task.on?.(model) ?? task;
  return new Stepper(new Trainer(model, own as Task, resolved, where));
}
