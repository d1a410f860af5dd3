import { core, tf, train } from '@switchyard/kernel-lib';

const { Context, Random } = core;

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

/** Trains a module by `train.fit`, with plain Adam at one rate, to the least loss; steps count from 0. Tensors of `loss` are tidied. */
export async function fitLoss(
  module: core.Module,
  loss: (ctx: core.Context, step: number) => tf.Tensor,
  { steps = 150, learningRate = 0.01, seed = 0 }: Omit<MinimiseOptions, 'wanted'> = {}
): Promise<void> {
  const task: train.Task<number> = {
    ...{ kind: 'loss', fixed: {}, batch: (step) => step - 1 },
    loss: (_model, step, ctx) => loss(ctx, step) as tf.Scalar
  };
  const adam = { schedule: 'constant', warmup: 0, weightDecay: 0, betas: [0.9, 0.999], clipNorm: Infinity } as const;
  await train.fit(module, task, { steps, learningRate, seed, ...adam, progress: false });
}

/** Trains a module by Adam to the least loss, auxiliary losses included. Tensors of `loss` are tidied. */
export function minimise(
  module: core.Module,
  loss: (ctx: core.Context, step: number) => tf.Tensor,
  { steps = 150, learningRate = 0.01, seed = 0, wanted = () => true }: MinimiseOptions = {}
): void {
  const optimizer = tf.train.adam(learningRate);
  const variables = [...module.parameters()].filter(([path]) => wanted(path)).map(([, { variable }]) => variable);
  for (let step = 0; step < steps; step++) {
    const ctx = Context.create({ training: true, random: Random.fromSeed(seed).child(step) });
    const { value, grads } = tf.variableGrads(
      () => tf.tidy(() => tf.addN([loss(ctx, step), ...ctx.losses.values()]) as tf.Scalar),
      variables
    );
    optimizer.applyGradients(grads as Parameters<tf.AdamOptimizer['applyGradients']>[0]);
    ctx.finish();
    ctx.dispose();
    tf.dispose([value, grads]);
  }
  optimizer.dispose();
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
