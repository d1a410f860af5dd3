import type { tf } from '../../base/backend';
import { expectInteger, expectNumber } from '../../base/core';
import type { Context, Module } from '../../base/core';
import { namedLosses } from '../../train/loop/gradients';
import { nextTurn } from '../../train/loop/nextTurn';
import { stepper } from '../../train/loop/stepper';
import { alternate } from './alternate';
import type { AlternateOptions } from './alternate';
import type { TaskDag } from './taskDag';

export interface SearchDagOptions extends AlternateOptions {
  /** Weight of the squeeze loss, the mean part of an edge. Default 0.1. */
  squeeze?: number;
  /** Steps of the weights alone before the search. Default a fifth of the steps. */
  warm?: number;
}

const WHERE = 'nas.searchDag';

/**
 * The first two stages of a search in a {@link TaskDag} (arXiv 2303.06856): its weights are warmed up with all of the graph open, then weights and each task's parts of the graph are trained in turn, the squeeze loss
 * against open edges. In place; `model.reduce()` and a training end it.
 *
 * @returns Losses on validation batches before each step of the architecture, the squeeze loss included.
 * @throws {SwitchyardError} where an option is out of range, or the network is reduced already.
 */
export async function searchDag(model: TaskDag, options: SearchDagOptions): Promise<{ losses: number[] }> {
  const { squeeze = 0.1, warm = Math.floor(options.steps / 5), ...rest } = options;
  expectNumber(WHERE, 'squeeze', squeeze, 0);
  expectInteger(WHERE, 'warm', warm, 0);
  const architecture = model.architecture();
  const { task, seed = 0, learningRate = 0.025 } = rest;
  if (warm > 0 && architecture.size > 0) {
    architecture.forEach((parameter) => (parameter.trainable = false));
    const training = stepper(model, task, { steps: warm, seed, learningRate, weightDecay: rest.weightDecay });
    try {
      for (let step = 0; step < warm; step++) {
        training.step();
        await nextTurn();
      }
    } finally {
      training.dispose();
      architecture.forEach((parameter) => (parameter.trainable = true));
    }
  }
  const own = rest.validation.on?.(model) ?? rest.validation;
  const validation: typeof own = {
    ...own,
    on: undefined,
    loss: (of: Module, batch: unknown, ctx: Context) => {
      const losses = namedLosses(own.loss(of, batch, ctx)).map(([name, loss]) => [name === '' ? 'task' : name, loss]);
      return {
        ...(Object.fromEntries(losses) as Record<string, tf.Scalar>),
        squeeze: model.openness().mul<tf.Scalar>(squeeze)
      };
    }
  };
  const losses: number[] = [];
  await alternate(WHERE, model, architecture, { order: 'first', ...rest, validation }, (loss) => losses.push(loss));
  return { losses };
}
