import { tf } from '../../base/backend';
import { Context, fail, Random } from '../../base/core';
import type { Observer, Parameter } from '../../base/core';
import type { LanguageModel } from '../../models/language';
import type { Batch } from '../data';
import { AdamW } from './adamW';
import { batchTensors } from './batchTensors';
import { findNonFinite } from './findNonFinite';
import { gradients } from './gradients';
import type { Pass } from './gradients';
import { learningRateAt } from './learningRate';
import type { ResolvedOptions } from './options';

const EPSILON = 1e-8;

/** A model, its optimiser, and how far they are: what a checkpoint holds. Owns the optimiser's tensors; dispose it. */
export class Trainer {
  /** Steps done. */
  step = 0;
  readonly optimizer: AdamW;
  private readonly parameters: ReadonlyMap<string, Parameter>;

  constructor(
    readonly model: LanguageModel,
    readonly options: ResolvedOptions
  ) {
    this.parameters = new Map([...model.parameters()].filter(([, parameter]) => parameter.trainable));
    if (this.parameters.size === 0) {
      fail('train.fit', 'the model must have a parameter to train', 0);
    }
    this.optimizer = new AdamW(this.parameters, { ...options, epsilon: EPSILON });
  }

  /**
   * Trains on one batch. Where the loss or a gradient is not finite, it throws and changes nothing.
   *
   * @returns The scalars of the step, named as in `StepReport`.
   */
  trainStep(batch: Batch, observers: readonly Observer[]): Record<string, number> {
    const step = this.step + 1;
    const random = Random.fromSeed(this.options.seed).child('pass').child(step);
    const ctx = Context.create({ training: true, random, observers });
    try {
      return tf.tidy(() => {
        const tensors = batchTensors(batch, this.model.vocabSize);
        const pass = gradients(this.model, this.parameters, tensors, ctx);
        if (!Number.isFinite(pass.loss + pass.gradientNorm)) {
          this.refuse(step, pass, Context.create({ training: true, random }), tensors.inputs);
        }
        const learningRate = learningRateAt(step, this.options);
        const scale = Math.min(1, this.options.clipNorm / pass.gradientNorm);
        this.optimizer.update(pass.gradients, { learningRate, scale });
        ctx.finish();
        this.step = step;
        return scalarsOf(pass, learningRate);
      });
    } finally {
      ctx.dispose();
    }
  }

  dispose(): void {
    this.optimizer.dispose();
  }

  private refuse(step: number, pass: Pass, ctx: Context, inputs: tf.Tensor): never {
    try {
      const where = findNonFinite(this.model, pass.gradients, ctx, () => this.model.apply(inputs, ctx));
      const got = `loss ${pass.loss}, gradient norm ${pass.gradientNorm}`;
      fail('train.fit', `loss and gradients must be finite; at step ${step}, the first that is not is ${where}`, got);
    } finally {
      ctx.dispose();
    }
  }
}

function scalarsOf({ loss, gradientNorm, auxiliary }: Pass, learningRate: number): Record<string, number> {
  const named = Object.entries(auxiliary).map(([name, value]) => [`auxiliary/${name}`, value] as const);
  return { 'loss/train': loss, learningRate, gradientNorm, ...Object.fromEntries(named) };
}
