import { tf } from '../../base/backend';
import { Context, fail, Random } from '../../base/core';
import type { Module, Observer, Parameter } from '../../base/core';
import { publishMasks } from '../../transform/prune';
import type { PruningRun } from '../../transform/prune';
import type { Task } from '../tasks/task';
import { AdamW } from './adamW';
import { findNonFinite } from './findNonFinite';
import { gradients } from './gradients';
import type { Pass } from './gradients';
import { HeldMasks } from './heldMasks';
import { learningRateAt } from './learningRate';
import type { ResolvedOptions } from './options';

const EPSILON = 1e-8;

/** A model, its task and its optimiser, and how far they are: what a checkpoint holds. Owns the optimiser's tensors; dispose it. */
export class Trainer {
  /** Steps done. */
  step = 0;
  readonly optimizer: AdamW;
  /** Schedule of pruning at work on the model; null where there is none. */
  readonly pruning: PruningRun | null;
  private readonly parameters: ReadonlyMap<string, Parameter>;
  private readonly masks: HeldMasks;
  private masksTold = false;

  constructor(
    readonly model: Module,
    readonly task: Task,
    readonly options: ResolvedOptions,
    private readonly where = 'train.fit'
  ) {
    this.pruning = options.pruning?.begin(model, options) ?? null;
    this.parameters = new Map([...model.parameters()].filter(([, parameter]) => parameter.trainable));
    if (this.parameters.size === 0) {
      fail(this.where, 'the model must have a parameter to train', 0);
    }
    this.optimizer = new AdamW(this.parameters, { ...options, epsilon: EPSILON });
    this.masks = new HeldMasks(model, this.parameters);
  }

  /**
   * Trains on one batch. Where the loss or a gradient is not finite, it throws and changes nothing.
   *
   * @returns The scalars of the step, named as in `StepReport`.
   */
  trainStep(batch: unknown, observers: readonly Observer[]): Record<string, number> {
    const step = this.step + 1;
    const random = Random.fromSeed(this.options.seed).child('pass').child(step);
    const ctx = Context.create({ training: true, random, observers });
    try {
      return tf.tidy(() => {
        const masks = this.masks.hold();
        const lossOf = (scope: Context) => this.task.loss(this.model, batch, scope);
        const pass = gradients(lossOf, this.parameters, ctx, masks);
        if (![pass.loss, pass.gradientNorm, ...Object.values(pass.auxiliary)].every(Number.isFinite)) {
          this.refuse(step, pass, Context.create({ training: true, random }), lossOf);
        }
        const learningRate = learningRateAt(step, this.options);
        const scale = Math.min(1, this.options.clipNorm / pass.gradientNorm);
        const reach = this.task.reach?.(this.model, batch);
        this.optimizer.update(pass.gradients, { learningRate, scale, reach, masks });
        this.masks.updated(masks);
        ctx.finish();
        this.step = step;
        const scalars = scalarsOf(pass, learningRate);
        if (this.pruning !== null) {
          this.prune(this.pruning, lossOf, ctx);
          scalars.density = this.pruning.density();
        }
        return scalars;
      });
    } finally {
      ctx.dispose();
    }
  }

  dispose(): void {
    this.masks.dispose();
    this.optimizer.dispose();
  }

  private prune(pruning: PruningRun, lossOf: (ctx: Context) => ReturnType<Task['loss']>, ctx: Context): void {
    const { step } = this;
    const changed = pruning.afterStep({
      step,
      forget: (path, where) => this.optimizer.forget(path, where),
      gradients: () => {
        const random = Random.fromSeed(this.options.seed).child('pass').child(step);
        const again = Context.create({ training: true, random });
        try {
          return gradients(lossOf, this.parameters, again).gradients;
        } finally {
          again.dispose();
        }
      }
    });
    if (changed || !this.masksTold) {
      this.masksTold = true;
      publishMasks(this.model, pruning.paths, ctx);
    }
  }

  private refuse(step: number, pass: Pass, ctx: Context, lossOf: (ctx: Context) => ReturnType<Task['loss']>): never {
    try {
      const where = findNonFinite(this.model, pass.gradients, ctx, lossOf);
      const got = `loss ${pass.loss}, gradient norm ${pass.gradientNorm}`;
      fail(this.where, `loss and gradients must be finite; at step ${step}, the first that is not is ${where}`, got);
    } finally {
      ctx.dispose();
    }
  }
}

function scalarsOf({ loss, parts, gradientNorm, auxiliary }: Pass, learningRate: number): Record<string, number> {
  const under = (prefix: string, values: Record<string, number>): Record<string, number> =>
    Object.fromEntries(Object.entries(values).map(([name, value]) => [`${prefix}/${name}`, value]));
  return {
    ...{ 'loss/train': loss, ...under('loss/train', parts) },
    ...{ learningRate, gradientNorm, ...under('auxiliary', auxiliary) }
  };
}
