import { tf } from '../../base/backend';
import { expectInteger, expectNumber, fail, Random } from '../../base/core';
import type { Module } from '../../base/core';
import { Linear } from '../../nn/layers';
import { Adapters } from './adapters';
import type { AdapterPart } from './adapters';
import { targetModules } from './targets';
import type { Targets } from './targets';
import { TaskRouted } from './taskRouted';
import type { TaskAdaptation } from './taskRouted';

/** Options of `peft.taskLora`. */
export interface TaskLoraOptions {
  /** Linear modules. */
  targets: Targets;
  /** Adapters of the inventory, E. */
  experts: number;
  /** r of each. */
  rank: number;
  /** Tasks, each with weights of its own for the adapters. */
  tasks: number;
  /** Parts of the inputs and of the outputs that have weights of their own; they divide both widths. Default 1 (Poly). */
  heads?: number;
  /** Changes are multiplied by alpha / r. Default: r. */
  alpha?: number;
  /** Seed of the initial parameters. Default 0. */
  seed?: number;
}

/**
 * An inventory of adapters that each task mixes in its own way: Poly (arXiv 2202.13914), and with more than one head
 * multi-head adapter routing (MHR, arXiv 2211.03831). Weights are `sigmoid(z)`, divided by their sum over adapters, and mix the
 * matrices A and B themselves. The pass holds the task of each token as "taskIds", int32 [T]. Parameters are "<path>.a"
 * [E, in, r], ".b" [E, r, out] and ".z" [tasks, heads, E].
 *
 * @throws {SwitchyardError} where an option is out of range, or a target is of another kind.
 */
export function taskLora(model: Module, options: TaskLoraOptions): Adapters {
  const { targets, experts, rank, tasks, heads = 1, alpha = rank, seed = 0 } = options;
  (['experts', 'rank', 'tasks'] as const).forEach((name) => expectInteger('peft.taskLora', name, options[name], 1));
  expectInteger('peft.taskLora', 'heads', heads, 1);
  expectNumber('peft.taskLora', 'alpha', alpha);
  const random = Random.fromSeed(seed).child('taskLora');
  return routed(model, targets, (path, [inputs, outputs]) =>
    TaskRouted.create({ inputs, outputs, experts, rank, tasks, heads, alpha, random: random.child(path) })
  );
}

/** Options of `peft.adaptTasks`. */
export interface AdaptTasksOptions {
  /** Number of new tasks. */
  tasks: number;
  how: TaskAdaptation;
  /** Seed of the new routing. Default 0. */
  seed?: number;
}

/**
 * Goes on with other tasks from what {@link taskLora} learned (arXiv 2211.03831, section 3): "full" tunes all with new
 * routing, "z" the new routing alone, tasks x heads x E values a target, "mu" the mean of the adapters, without routing. The
 * adapters given are removed.
 *
 * @throws {SwitchyardError} where the adapters are of another kind.
 */
export function adaptTasks(adapters: Adapters, { tasks, how, seed = 0 }: AdaptTasksOptions): Adapters {
  expectInteger('peft.adaptTasks', 'tasks', tasks, 1);
  const random = Random.fromSeed(seed).child('adaptTasks');
  const { base } = adapters;
  const next = new Map<string, TaskRouted>();
  for (const [path, module] of adapters.children) {
    const from =
      module instanceof TaskRouted ? module : fail('peft.adaptTasks', 'adapters must be of taskLora', module.kind);
    next.set(path, from.adapt(tasks, how, random.child(path)));
  }
  adapters.remove();
  return routed(
    base,
    (path) => next.has(path),
    (path) => next.get(path)!
  );
}

function routed(model: Module, targets: Targets, make: (path: string, shape: number[]) => TaskRouted): Adapters {
  const is = (module: Module): module is Linear => module instanceof Linear;
  const parts = new Map<string, AdapterPart>();
  for (const [path, linear] of targetModules('peft.taskLora', model, targets, { is, kinds: 'linear' })) {
    const module = make(path, linear.weight.shape);
    parts.set(path, {
      module,
      attach: () =>
        linear.intercept((inner, x, ctx) => tf.tidy(() => inner(x).add(module.apply(x, ctx.within('adapter')))))
    });
  }
  return new Adapters('task-lora', model, parts);
}
