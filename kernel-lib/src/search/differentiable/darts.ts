import { tf } from '../../base/backend';
import { Context, expectInteger, expectNumber, expectOneOf, fail, Random } from '../../base/core';
import type { Module, Parameter } from '../../base/core';
import { AdamW } from '../../train/loop/adamW';
import { globalNorm } from '../../train/loop/globalNorm';
import { gradients } from '../../train/loop/gradients';
import { nextTurn } from '../../train/loop/nextTurn';
import { stepper } from '../../train/loop/stepper';
import type { TaskFitOptions } from '../../train/loop/options';
import type { Task } from '../../train/tasks/task';
import { moved } from '../moved';
import { MixedOperation } from './mixedOperation';

export interface DartsOptions extends Pick<
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

/** A differentiable search that has ended. */
export interface DartsReport {
  /** Part of each operation, by the paths of mixed operations. */
  parts: Record<string, Record<string, number>>;
  /** Operation of the greatest part of each. */
  chosen: Record<string, string>;
  /** Loss on validation batches before each step of the architecture. */
  losses: number[];
  /** Mean entropy of the parts after each step, in nats. */
  entropies: number[];
}

/**
 * Differentiable architecture search (DARTS, arXiv 1806.09055): weights and the architecture parameters of mixed operations take turns, weights on one task, the
 * architecture on another. The model is trained in place; `nas.settle(model)` leaves the chosen operations. The step looked ahead is one of plain gradient descent, and what the
 * second order needs of Hessians is a central difference, as the paper has it.
 *
 * @throws {SwitchyardError} where the model has no mixed operation, or an option is out of range.
 */
export async function darts(model: Module, options: DartsOptions): Promise<DartsReport> {
  const { task, validation, steps, order = 'second', seed = 0, ...rest } = options;
  const { learningRate = 0.025, architectureRate = 0.003, architectureDecay = 1e-3, ...fitting } = rest;
  expectInteger(WHERE, 'steps', steps, 1);
  expectOneOf(WHERE, 'order', order, ['first', 'second']);
  expectNumber(WHERE, 'learningRate', learningRate, 0);
  expectNumber(WHERE, 'architectureRate', architectureRate, 0);
  expectNumber(WHERE, 'architectureDecay', architectureDecay, 0);
  const mixed = mixedOperations(model);
  const architecture = new Map([...model.parameters()].filter(([path]) => mixed.has(path.replace(/\.?alpha$/, ''))));
  const search = new Search(model, architecture, {
    task: task.on?.(model) ?? task,
    validation: validation.on?.(model) ?? validation,
    seed
  });
  const optimizer = new AdamW(architecture, {
    beta1: 0.5,
    beta2: 0.999,
    epsilon: 1e-8,
    weightDecay: architectureDecay
  });
  // The optimiser of weights knows nothing of the architecture.
  architecture.forEach((parameter) => (parameter.trainable = false));
  const training = stepper(model, task, { steps, seed, learningRate, ...fitting });
  const report: DartsReport = { parts: {}, chosen: {}, losses: [], entropies: [] };
  try {
    for (let step = 1; step <= steps; step++) {
      const ahead = order === 'second' ? learningRate : 0;
      const { loss, gradients: own } = search.gradient(step, ahead);
      optimizer.update(own, { learningRate: architectureRate, scale: 1 });
      own.forEach((gradient) => gradient.dispose());
      training.step();
      report.losses.push(loss);
      report.entropies.push(meanEntropy([...mixed.values()]));
      await nextTurn();
    }
  } finally {
    training.dispose();
    optimizer.dispose();
    architecture.forEach((parameter) => (parameter.trainable = true));
  }
  for (const [path, operation] of mixed) {
    report.parts[path] = operation.parts;
    report.chosen[path] = operation.chosen;
  }
  return report;
}

/**
 * Leaves in each mixed operation the one of the greatest part, in place and for good.
 *
 * @returns The operations that stayed, by the paths of mixed operations.
 * @throws {SwitchyardError} where the model has no mixed operation.
 */
export function settle(model: Module): Record<string, string> {
  const mixed = mixedOperations(model, 'nas.settle');
  mixed.forEach((operation) => operation.settle());
  return Object.fromEntries([...mixed].map(([path, operation]) => [path, operation.chosen]));
}

const WHERE = 'nas.darts';

/** Share of one over the gradient's norm by which weights are moved for the central difference, as the paper has it. */
const REACH = 0.01;

function mixedOperations(model: Module, where = WHERE): Map<string, MixedOperation> {
  const mixed = [...model.modules()].filter(
    (each): each is [string, MixedOperation] => each[1] instanceof MixedOperation
  );
  return mixed.length === 0 ? fail(where, 'the model must have a mixed operation', model.kind) : new Map(mixed);
}

function meanEntropy(operations: readonly MixedOperation[]): number {
  const entropies = operations.map(
    ({ parts }) => -Object.values(parts).reduce((sum, part) => sum + (part > 0 ? part * Math.log(part) : 0), 0)
  );
  return entropies.reduce((a, b) => a + b, 0) / entropies.length;
}

type Gradients = ReadonlyMap<string, tf.Tensor>;

/** Gradients of the architecture's parameters. */
class Search {
  private readonly weights: ReadonlyMap<string, Parameter>;

  constructor(
    private readonly model: Module,
    private readonly architecture: ReadonlyMap<string, Parameter>,
    private readonly options: { task: Task; validation: Task; seed: number }
  ) {
    this.weights = new Map(
      [...model.parameters()].filter(([path, { trainable }]) => trainable && !architecture.has(path))
    );
  }

  /** The loss on validation and its gradient, `ahead` how long a step of training is looked ahead; the caller's. */
  gradient(step: number, ahead: number): { loss: number; gradients: Map<string, tf.Tensor> } {
    const { task, validation } = this.options;
    if (ahead === 0) {
      const pass = this.pass(validation, step, this.architecture);
      return { loss: pass.loss, gradients: pass.gradients };
    }
    const downhill = this.pass(task, step, this.weights).gradients;
    const both = moved(this.weights, downhill, -ahead, () =>
      this.pass(validation, step, new Map([...this.architecture, ...this.weights]))
    );
    dispose(downhill);
    const direction = pick(both.gradients, this.weights);
    const own = pick(both.gradients, this.architecture);
    const reach =
      REACH /
      Math.max(
        tf.tidy(() => globalNorm([...direction.values()]).dataSync()[0]),
        1e-12
      );
    const [up, down] = [reach, -reach].map((by) =>
      moved(this.weights, direction, by, () => this.pass(task, step, this.architecture).gradients)
    );
    const corrected = new Map(
      [...this.architecture].map(([path, { variable }]): [string, tf.Tensor] => {
        const ofHessian = (): tf.Tensor => difference(up, down, path, variable).mul(ahead / (2 * reach));
        return [path, tf.tidy(() => (own.get(path) ?? tf.zerosLike(variable)).sub(ofHessian()))];
      })
    );
    [direction, own, up, down].forEach(dispose);
    return { loss: both.loss, gradients: corrected };
  }

  private pass(
    task: Task,
    step: number,
    parameters: ReadonlyMap<string, Parameter>
  ): { loss: number; gradients: Map<string, tf.Tensor> } {
    const { seed } = this.options;
    const ctx = Context.create({ training: true, random: Random.fromSeed(seed).child('darts').child(step) });
    const out = { loss: 0, gradients: new Map<string, tf.Tensor>() };
    try {
      tf.tidy(() => {
        const pass = gradients((scope) => task.loss(this.model, task.batch(step, seed), scope), parameters, ctx);
        pass.gradients.forEach((gradient, path) => out.gradients.set(path, tf.keep(gradient)));
        out.loss = pass.loss;
      });
      return out;
    } finally {
      ctx.dispose();
    }
  }
}

/** How the gradient of a parameter differs between two places; 0 where the loss does not depend on it. */
function difference(up: Gradients, down: Gradients, path: string, like: tf.Tensor): tf.Tensor {
  const [a, b] = [up.get(path), down.get(path)];
  return a === undefined || b === undefined ? tf.zerosLike(like) : a.sub(b);
}

function pick(of: Gradients, parameters: ReadonlyMap<string, Parameter>): Map<string, tf.Tensor> {
  return new Map([...of].filter(([path]) => parameters.has(path)));
}

function dispose(of: Gradients): void {
  of.forEach((gradient) => gradient.dispose());
}
