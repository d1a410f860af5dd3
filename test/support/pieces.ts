import { core, tf, type moe } from '@switchyard/kernel-lib';
import { fitLoss } from './regression';

const { Context, Random } = core;

/** A planted task for a single layer: tokens come from clusters, each with a linear map of its own to be learnt. */
export interface Pieces {
  /** Tokens and targets of a step, [T, D] each; the caller disposes them. */
  batch(step: number, numTokens: number): { x: tf.Tensor2D; y: tf.Tensor2D };
  dispose(): void;
}

/** With several topics, every `run` tokens that follow each other come from the clusters of one. */
export function makePieces({ clusters = 16, width = 16, seed = 0, topics = 1, run = 8 } = {}): Pieces {
  const random = Random.fromSeed(seed);
  const centres = tf.tidy(() => random.child('centres').normal([clusters, width]).mul(2));
  const maps = random.child('maps').normal([clusters, width, width], 0, 1 / Math.sqrt(width));
  return {
    batch: (step, numTokens) => {
      const draw = random.child('batch').child(step);
      const next = draw.generator();
      const size = clusters / topics;
      let first = 0;
      const cluster = Int32Array.from({ length: numTokens }, (_, i) => {
        first = topics > 1 && i % run === 0 ? size * Math.floor(next() * topics) : first;
        return first + Math.floor(next() * size);
      });
      const [x, y] = tf.tidy(() => {
        const of = tf.tensor1d(cluster, 'int32');
        const x = tf.gather(centres, of).add(draw.normal([numTokens, width], 0, 0.5));
        return [x, tf.matMul(x.expandDims(1), tf.gather(maps, of)).squeeze([1])];
      });
      return { x: x as tf.Tensor2D, y: y as tf.Tensor2D };
    },
    dispose: () => tf.dispose([centres, maps])
  };
}

/** How well a layer does on tokens that training never saw. */
export interface Measured {
  /** Mean squared error. */
  loss: number;
  /** Choices of each expert. */
  load: number[];
}

/** Trains a layer on the task with Adam, then measures it. */
export async function fitLayer(
  layer: moe.MoeLayer,
  task: Pieces,
  { steps = 200, numTokens = 256, learningRate = 0.01, seed = 0 } = {}
): Promise<Measured> {
  const error = (ctx: core.Context, step: number) => {
    const { x, y } = task.batch(step, numTokens);
    return tf.losses.meanSquaredError(y, layer.apply(x, ctx));
  };
  await fitLoss(layer, error, { steps, learningRate, seed });
  return measure(layer, task);
}

function measure(layer: moe.MoeLayer, task: Pieces, numTokens = 1024): Measured {
  const { x, y } = task.batch(1_000_000, numTokens);
  const load = new Array<number>(layer.experts.numExperts).fill(0);
  const observer = core.observer('routing', ({ indices }) => indices.forEach((e) => e >= 0 && load[e]++));
  const loss = tf.tidy(
    () => tf.losses.meanSquaredError(y, layer.apply(x, Context.create({ observers: [observer] }))).dataSync()[0]
  );
  tf.dispose([x, y]);
  return { loss, load };
}

/** Standard deviation (population) over mean. */
export function coefficientOfVariation(load: readonly number[]): number {
  const mean = load.reduce((a, b) => a + b) / load.length;
  return Math.sqrt(load.reduce((sum, c) => sum + (c - mean) ** 2, 0) / load.length) / mean;
}
