import { tf } from '../../base/backend';
import { Context, expectInteger, expectNumber, fail, Random } from '../../base/core';
import type { Module } from '../../base/core';
import { BatchNorm } from '../../nn/layers';
import type { Proxy } from './proxy';

/** Options of `nas.proxies.zen`. */
export interface ZenOptions {
  /** Shape of one input, without the batch: `[28, 28, 1]`. */
  inputShape: readonly number[];
  /** Path of the module whose output counts: what comes before pooling. Default: the whole network. */
  at?: string;
  /** Inputs of a draw, B. Default 16. */
  batchSize?: number;
  /** Draws of weights and inputs, whose mean it is. Default 32. */
  repeats?: number;
  /** How far an input is moved. Default 0.01. */
  alpha?: number;
  /** Default 0. */
  seed?: number;
}

/** Weights and inputs of a draw. */
export interface ZenDraw {
  /** [B, ...], as is `noise`. */
  inputs: tf.Tensor;
  noise: tf.Tensor;
  alpha: number;
  at: string;
}

const WHERE = 'nas.proxies.zen';

/**
 * The Zen-score (arXiv 2102.01063): with weights from a normal distribution the logarithm of how far the features move, |f(x) - f(x + alpha e)| summed and meant over the batch,
 * for normal x and e, and of each batch norm the logarithm of the root of its channels' mean variance, which it had divided by. No data are needed. The variances are those
 * of the batch of x, as in the paper; the authors' code has running ones.
 *
 * @throws {SwitchyardError} where an option is out of range, the network has no module of this path, or the features do not move.
 */
export function zen(options: ZenOptions): Proxy {
  const { inputShape, at = '', batchSize = 16, repeats = 32, alpha = 0.01, seed = 0 } = options;
  inputShape.forEach((size, i) => expectInteger(WHERE, `inputShape[${i}]`, size, 1));
  expectInteger(WHERE, 'batchSize', batchSize, 1);
  expectInteger(WHERE, 'repeats', repeats, 1);
  expectNumber(WHERE, 'alpha', alpha, Number.MIN_VALUE);
  return {
    kind: 'zen',
    score: (model) =>
      restored(model, () => {
        let sum = 0;
        for (let i = 0; i < repeats; i++) {
          const random = Random.fromSeed(seed).child('zen').child(i);
          const shape = [batchSize, ...inputShape];
          const [inputs, noise] = ['inputs', 'noise'].map((name) => random.child(name).normal(shape));
          drawWeights(model, random.child('weights'));
          sum += expressivity(model, { inputs, noise, alpha, at });
          tf.dispose([inputs, noise]);
        }
        return sum / repeats;
      })
  };
}

/** The score of one draw, with the weights that the network has. */
export function expressivity(model: Module, { inputs, noise, alpha, at }: ZenDraw): number {
  const module = model.modules().get(at) ?? fail(WHERE, 'at must be the path of a module', at);
  const norms = [...model.modules().values()].filter((each) => each instanceof BatchNorm);
  const features: tf.Tensor[] = [];
  const scales: number[] = [];
  const taken = [
    module.intercept((inner, x) => {
      const y = inner(x);
      features.push(tf.keep(y.clone()));
      return y;
    }),
    ...norms.map((norm) =>
      norm.intercept((inner, x) => {
        const variance = tf.tidy(
          () =>
            tf
              .moments(x.reshape([-1, x.shape.at(-1)!]), 0)
              .variance.mean()
              .dataSync()[0]
        );
        scales.push(features.length === 0 ? 0.5 * Math.log(variance) : 0);
        return inner(x);
      })
    )
  ];
  const pass = (x: tf.Tensor): void => {
    const ctx = Context.create({ training: true });
    try {
      tf.tidy(() => void model.apply(x, ctx));
    } finally {
      ctx.dispose();
    }
  };
  try {
    pass(inputs);
    const ofBatch = scales.splice(0);
    const moved = tf.tidy(() => inputs.add(noise.mul(alpha)));
    pass(moved);
    moved.dispose();
    const distance = tf.tidy(() => features[0].sub(features[1]).abs().reshape([inputs.shape[0]!, -1]).sum(1).mean().dataSync()[0]); // prettier-ignore
    const score = Math.log(distance) + ofBatch.reduce((a, b) => a + b, 0);
    return Number.isFinite(score) ? score : fail(WHERE, 'the features must move with the inputs', score);
  } finally {
    taken.forEach((remove) => remove());
    tf.dispose(features);
  }
}

/** Matrices and kernels from a normal distribution, scales 1 and shifts 0. */
function drawWeights(model: Module, random: Random): void {
  const scales = new Set(
    [...model.modules().values()].flatMap((each) => (each instanceof BatchNorm ? [each.weight.variable] : []))
  );
  for (const [path, { variable, shape }] of model.parameters()) {
    const values =
      shape.length > 1
        ? random.child(path).normal(shape)
        : scales.has(variable)
          ? tf.onesLike(variable)
          : tf.zerosLike(variable);
    variable.assign(values);
    values.dispose();
  }
}

/** Runs `f`; parameters and buffers are as before afterwards, bit for bit. */
function restored<T>(model: Module, f: () => T): T {
  const variables = [...model.parameters().values(), ...model.buffers().values()].map(({ variable }) => variable);
  const before = variables.map((variable) => variable.clone());
  try {
    return f();
  } finally {
    variables.forEach((variable, i) => variable.assign(before[i]));
    tf.dispose(before);
  }
}
