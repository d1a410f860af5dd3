import { tf } from '../../base/backend';
import { Context, expectInteger, fail, Random } from '../../base/core';
import type { Module } from '../../base/core';
import { kMeans } from '../../base/math';
import { FeedForward, Linear, Sequential } from '../../nn/layers';
import { fit } from '../loop/fit';
import { flow } from '../tasks/flow';
import type { FlowBatch } from '../tasks/flow';
import { flowPosterior } from '../tasks/flowPosterior';
import type { Task } from '../tasks/task';
import type { Posterior, Velocity } from './flow';

/**
 * Cuts data into clusters by k-means; empty ones are left out. The caller disposes the parts, [T_k, D] each.
 *
 * @throws {SwitchyardError} where there are fewer points than clusters.
 */
export function partition(
  data: tf.Tensor2D,
  { clusters, seed = 0 }: { clusters: number; seed?: number }
): tf.Tensor2D[] {
  expectInteger('generative.partition', 'clusters', clusters, 1, data.shape[0]);
  const points = data.arraySync().map((row) => Float64Array.from(row));
  const next = Random.fromSeed(seed).child('partition').generator();
  return kMeans(points, { count: clusters, next })
    .members.filter((members) => members.length > 0)
    .map((members) => tf.tidy(() => tf.gather(data, tf.tensor1d(members, 'int32'))));
}

/** Options of `generative.trainFlow`. */
export interface TrainFlowOptions {
  /** Model that is trained: [T, D + 2], points with their time and its square, to [T, D]. Default: a small network. */
  network?: Module;
  /** Width inside the default network. Default 64. */
  hidden?: number;
  /** 0 trains nothing. Default 300. */
  steps?: number;
  /** Points of a step. Default 128. */
  batchSize?: number;
  /** Default 5e-3. */
  learningRate?: number;
  /** Default 0. */
  seed?: number;
}

/** A function of points and time that was trained, with the network that holds its parameters; dispose that. */
export interface TrainedFlow<F> {
  network: Module;
  at: F;
}

/**
 * Trains a velocity on data [T, D]: `train.fit` on the task `train.tasks.flow`, by Adam at one rate. It is given no more than its own part of
 * the data: experts of different parts can be trained apart.
 */
export async function trainFlow(data: tf.Tensor2D, options: TrainFlowOptions = {}): Promise<TrainedFlow<Velocity>> {
  const width = data.shape[1];
  const { network = smallNetwork(width, width, options), batchSize } = options;
  await trained(network, flow({ data, batchSize }), options);
  return { network, at: velocityOf(network) };
}

/** Trains the router, on the task `train.tasks.flowPosterior`: which of the parts [T_k, D] a point between noise and data comes from. */
export async function trainPosterior(
  parts: readonly tf.Tensor2D[],
  options: TrainFlowOptions = {}
): Promise<TrainedFlow<Posterior>> {
  const width = (parts[0] ?? fail('generative.trainPosterior', 'there must be a part', parts.length)).shape[1];
  const { network = smallNetwork(width, parts.length, options), batchSize } = options;
  await trained(network, flowPosterior({ parts, batchSize }), options);
  const logits = velocityOf(network);
  return { network, at: (x, t) => tf.tidy(() => tf.softmax(logits(x, t))) };
}

/** The velocity that a network gives: it takes points with their time and its square, [T, D + 2]. */
export function velocityOf(network: Module): Velocity {
  return (x, t) => {
    const ctx = Context.create();
    try {
      return tf.tidy(() => {
        const time = tf.fill([x.shape[0], 1], t);
        return network.apply(tf.concat([x, time, time.square()], 1), ctx) as tf.Tensor2D;
      });
    } finally {
      ctx.dispose();
    }
  };
}

async function trained(network: Module, task: Task<FlowBatch>, options: TrainFlowOptions): Promise<void> {
  const { steps = 300, learningRate = 5e-3, seed = 0 } = options;
  if (steps > 0) {
    const adam = { schedule: 'constant', warmup: 0, weightDecay: 0, betas: [0.9, 0.999], clipNorm: Infinity } as const;
    await fit(network, task, { steps, learningRate, seed, ...adam, progress: false });
  }
}

function smallNetwork(width: number, outputs: number, { hidden = 64, seed = 0 }: TrainFlowOptions): Module {
  const random = Random.fromSeed(seed).child('flow');
  const linear = (name: string, inputWidth: number, outputWidth: number): Linear =>
    new Linear({ inputWidth, outputWidth, random: random.child(name) });
  return new Sequential([
    linear('first', width + 2, hidden),
    new FeedForward({ width: hidden, hidden: 2 * hidden, random: random.child('middle') }),
    new FeedForward({ width: hidden, hidden: 2 * hidden, random: random.child('later') }),
    linear('last', hidden, outputs)
  ]);
}
