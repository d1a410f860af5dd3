import { core, tf, train } from '@switchyard/kernel-lib';

const { Context } = core;

/** Inputs and targets of a step; the caller disposes them. */
export type Batches = (step: number) => { x: tf.Tensor; y: tf.Tensor };

export interface MinimiseOptions {
  steps?: number;
  learningRate?: number;
  seed?: number;
  /** What of the module is trained; all of it by default. */
  wanted?: (path: string) => boolean;
}

export interface FitOptions extends MinimiseOptions {
  /** Added to the loss of each step. */
  extra?: (x: tf.Tensor, ctx: core.Context) => tf.Scalar;
  /** Prepares the context of a pass, in training and in measuring. */
  prepare?: (ctx: core.Context, step: number) => void;
}

/** Plain Adam at one rate. */
const ADAM = { schedule: 'constant', warmup: 0, weightDecay: 0, betas: [0.9, 0.999], clipNorm: Infinity } as const;

type Loss = (ctx: core.Context, step: number) => tf.Tensor;

/** The loss as a task; steps count from 0. */
const taskOf = (loss: Loss): train.Task<number> => ({
  ...{ kind: 'loss', fixed: {}, batch: (step) => step - 1 },
  loss: (_model, step, ctx) => loss(ctx, step) as tf.Scalar
});

/** Trains a module by `train.fit`, with Adam, to the least loss. Tensors of `loss` are tidied. */
export async function fitLoss(
  module: core.Module,
  loss: Loss,
  { steps = 150, learningRate = 0.01, seed = 0 }: Omit<MinimiseOptions, 'wanted'> = {}
): Promise<void> {
  await train.fit(module, taskOf(loss), { steps, learningRate, seed, ...ADAM, progress: false });
}

/** The same without a turn of the event loop between the steps, and of the wanted parameters only. */
export function minimise(
  module: core.Module,
  loss: Loss,
  { steps = 150, learningRate = 0.01, seed = 0, wanted = () => true }: MinimiseOptions = {}
): void {
  const fixed = [...module.parameters()].filter(([path, { trainable }]) => trainable && !wanted(path));
  fixed.forEach(([, parameter]) => (parameter.trainable = false));
  const stepper = train.stepper(module, taskOf(loss), { steps, learningRate, seed, ...ADAM });
  while (stepper.steps < steps) {
    stepper.step();
  }
  stepper.dispose();
  fixed.forEach(([, parameter]) => (parameter.trainable = true));
}

/** Trains a module by Adam to the least mean squared error, auxiliary losses included. */
export function regress(module: core.Module, batches: Batches, options: FitOptions = {}): void {
  const { extra, prepare } = options;
  minimise(
    module,
    (ctx, step) => {
      const { x, y } = batches(step);
      prepare?.(ctx, step);
      const task = tf.losses.meanSquaredError(y, module.apply(x, ctx));
      return extra ? task.add(extra(x, ctx)) : task;
    },
    options
  );
}

const UNSEEN = 1_000_000;

/** Mean squared error on tokens that training never saw. */
export function errorOf(module: core.Module, batches: Batches, prepare?: FitOptions['prepare']): number {
  const { x, y } = batches(UNSEEN);
  const ctx = Context.create();
  prepare?.(ctx, UNSEEN);
  const error = tf.tidy(() => tf.losses.meanSquaredError(y, module.apply(x, ctx)).dataSync()[0]);
  ctx.dispose();
  tf.dispose([x, y]);
  return error;
}

/** The mean. */
export function mean(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}
