import { tf } from '../../base/backend';
import { Context, expectInteger, fail, Random } from '../../base/core';
import type { Module } from '../../base/core';
import { kMeans } from '../../base/math';
import * as ops from '../../base/ops';
import { FeedForward, Linear, Sequential } from '../../nn/layers';
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

export interface TrainFlowOptions {
  /** What is trained: [T, D + 2], points with their time and its square, to [T, D]. Default: a small network. */
  network?: Module;
  /** Width inside the default network. Default 64. */
  hidden?: number;
  /** Default 300. */
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
 * Trains a velocity on data [T, D] by conditional flow matching (arXiv 2210.02747). It is given no more than its own part of the data:
 * experts of different parts can be trained apart.
 */
export function trainFlow(data: tf.Tensor2D, options: TrainFlowOptions = {}): TrainedFlow<Velocity> {
  const width = data.shape[1];
  return train(width, width, options, (random, count) => {
    const { x, t, end, noise } = between(data, random, count);
    return { x, t, loss: (out) => tf.losses.meanSquaredError(end.sub(noise), out) };
  });
}

/** Trains the router: which of the parts [T_k, D] a point between noise and data comes from, by their sizes. */
export function trainPosterior(parts: readonly tf.Tensor2D[], options: TrainFlowOptions = {}): TrainedFlow<Posterior> {
  const width = (parts[0] ?? fail('generative.trainPosterior', 'there must be a part', parts.length)).shape[1];
  const data = tf.concat([...parts]);
  const labels = tf.tensor1d(parts.flatMap((part, k) => new Array<number>(part.shape[0]).fill(k)), 'int32'); // prettier-ignore
  const trained = train(width, parts.length, options, (random, count) => {
    const { x, t, rows } = between(data, random, count);
    const right = tf.gather(labels, rows).toInt();
    return { x, t, loss: (out) => ops.crossEntropy(out, right).mean() };
  });
  tf.dispose([data, labels]);
  return { network: trained.network, at: (x, t) => tf.tidy(() => tf.softmax(trained.at(x, t))) };
}

interface Task {
  x: tf.Tensor2D;
  /** [T, 1]. */
  t: tf.Tensor2D;
  loss(out: tf.Tensor2D): tf.Scalar;
}

function train(
  width: number,
  outputs: number,
  options: TrainFlowOptions,
  draw: (random: Random, count: number) => Task
): TrainedFlow<Velocity> {
  const {
    network = smallNetwork(width, outputs, options),
    steps = 300,
    batchSize = 128,
    learningRate = 5e-3,
    seed = 0
  } = options;
  const random = Random.fromSeed(seed).child('flow');
  const run = (x: tf.Tensor2D, t: tf.Tensor2D): tf.Tensor2D => {
    const ctx = Context.create();
    const out = network.apply(tf.concat([x, t, t.square()], 1), ctx) as tf.Tensor2D;
    ctx.dispose();
    return out;
  };
  const variables = [...network.parameters().values()].map(({ variable }) => variable);
  const optimizer = tf.train.adam(learningRate);
  for (let step = 0; step < steps; step++) {
    tf.tidy(() => {
      const task = draw(random.child(step), batchSize);
      optimizer.minimize(() => task.loss(run(task.x, task.t)), false, variables);
    });
  }
  optimizer.dispose();
  return { network, at: (x, t) => tf.tidy(() => run(x, tf.fill([x.shape[0], 1], t))) };
}

function smallNetwork(width: number, outputs: number, { hidden = 64, seed = 0 }: TrainFlowOptions): Module {
  const random = Random.fromSeed(seed).child('flow');
  const linear = (name: string, inputWidth: number, outputWidth: number): Linear =>
    new Linear({ inputWidth, outputWidth, random: random.child(name) });
  return new Sequential([
    linear('first', width + 2, hidden),
    new FeedForward({ width: hidden, hiddenWidth: 2 * hidden, random: random.child('middle') }),
    new FeedForward({ width: hidden, hiddenWidth: 2 * hidden, random: random.child('later') }),
    linear('last', hidden, outputs)
  ]);
}

// Points somewhere between noise and some rows of the data.
function between(data: tf.Tensor2D, random: Random, count: number) {
  const rows = random.child('rows').uniform([count], 0, data.shape[0]).floor().toInt() as tf.Tensor1D;
  const end = tf.gather(data, rows);
  const noise = random.child('noise').normal(end.shape) as tf.Tensor2D;
  const t = random.child('time').uniform([count, 1]) as tf.Tensor2D;
  const x = noise.add<tf.Tensor2D>(end.sub(noise).mul(t));
  return { x, t, end, noise, rows };
}
