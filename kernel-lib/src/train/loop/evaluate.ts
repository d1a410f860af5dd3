import { fail } from '../../base/core';
import type { Module } from '../../base/core';
import type { LanguageModel } from '../../models/language';
import type { TextData } from '../data';
import { LanguageTask } from '../tasks/language';
import type { Evaluation } from '../tasks/language';
import type { Metrics, Task } from '../tasks/task';
import { isTask } from './isTask';
import type { EvaluateOptions } from './options';

/**
 * Measures a model on validation text, or as a task says, with nothing that only training does (noise, balance updates).
 *
 * @throws {SwitchyardError} where an option is out of range, the model does not fit, or the task has nothing to measure on.
 */
export async function evaluate<B, E extends Metrics>(model: Module, task: Task<B, E>): Promise<E>;
export async function evaluate(model: LanguageModel, data: TextData, options?: EvaluateOptions): Promise<Evaluation>;
export async function evaluate(
  model: Module,
  data: TextData | Task,
  { batches, ...shape }: EvaluateOptions = {}
): Promise<Metrics> {
  const task = isTask<Task>(data)
    ? data
    : new LanguageTask(data, { ...shape, evaluateBatches: batches }, 'train.evaluate');
  const own: Task = task.on?.(model) ?? task;
  return own.evaluate?.(model) ?? fail('train.evaluate', 'the task must have validation data', task.kind);
}
