import { tf } from '../../base/backend';
import { Context, expectInteger, expectNumber, expectOneOf, fail } from '../../base/core';
import type { Module, Random } from '../../base/core';
import { diffKendall } from '../../base/ops';
import { stepper } from '../../train/loop/stepper';
import type { Task } from '../../train/tasks/task';
import { NodeMixer } from './nodeMixer';
import { checkRows, onHost, predictors, scaleOf } from './predictor';
import type { Fitted, Predictor } from './predictor';

/** Options of `nas.predictors.parametric`. */
export interface ParametricOptions {
  /** Nodes that a row is of, N: its numbers are N times the statistics of a node, node by node. */
  nodes: number;
  /** Features of a node inside. Default 16. */
  width?: number;
  /** Aim of the fit: the order of the values, by a differentiable Kendall's tau, or the values themselves. Default "diffKendall". */
  loss?: 'diffKendall' | 'squared';
  /** How steep pairs are told apart, for standardised values. Default 2. */
  alpha?: number;
  /** Weight of the divergence of the last layer's weights from their prior, over the number of rows. Default 0.001. */
  divergence?: number;
  /** Steps, on all rows at once. Default 200. */
  steps?: number;
  /** Highest learning rate. Default 0.01. */
  learningRate?: number;
}

/**
 * Parametric zero-cost proxies (ParZC, arXiv 2402.02105): a mixer over the node-wise statistics of networks (`nas.proxies.nodeStatistics`), with a Bayesian last layer that says how sure it is, learns the
 * order of their values. Predictions are scores, put on the scale of the values by a line.
 *
 * @throws {SwitchyardError} where an option is out of range, and in a fit where rows are not of so many nodes.
 */
export function parametric(options: ParametricOptions): Predictor {
  const { nodes, width = 16, loss = 'diffKendall', alpha = 2, divergence = 1e-3, steps = 200, learningRate = 0.01 } = options; // prettier-ignore
  Object.entries({ nodes, width, steps }).forEach(([name, value]) => expectInteger(WHERE, name, value, 1));
  expectOneOf(WHERE, 'loss', loss, ['diffKendall', 'squared']);
  expectNumber(WHERE, 'alpha', alpha, Number.MIN_VALUE);
  expectNumber(WHERE, 'divergence', divergence, 0);
  expectNumber(WHERE, 'learningRate', learningRate, 0);
  const own = { nodes, width, loss, alpha, divergence, steps, learningRate };
  return {
    kind: 'parametric',
    options: own,
    fit(rows, values, random) {
      checkRows(WHERE, rows, values);
      if (rows[0].length % nodes !== 0) {
        fail(WHERE, `rows must be numbers of ${nodes} nodes, equally many of each`, rows[0].length);
      }
      const { mean, std } = scaleOf(values);
      // One row, or equal ones, have no order.
      return values.every((value) => value === values[0])
        ? onHost(() => ({ mean, std: 0 }))
        : train(rows, values.map((value) => (value - mean) / std), { own, mean, std, random }); // prettier-ignore
    }
  };
}

const WHERE = 'nas.predictors.parametric';

interface Training {
  own: Required<ParametricOptions>;
  mean: number;
  std: number;
  random: Random;
}

function train(
  rows: readonly (readonly number[])[],
  wanted: readonly number[],
  { own, mean, std, random }: Training
): Fitted {
  const columns = rows[0].map((_, c) => scaleOf(rows.map((row) => row[c])));
  const scaled = (of: readonly (readonly number[])[]): tf.Tensor2D =>
    tf.tensor2d(of.map((row) => row.map((value, c) => (value - columns[c].mean) / columns[c].std)));
  const { nodes, width, steps, learningRate } = own;
  const mixer = new NodeMixer({ nodes, statistics: columns.length / nodes, width }, random.child('mixer'));
  const [x, y] = [scaled(rows), tf.tensor1d([...wanted])];
  const seed = Math.floor(random.child('steps').generator()() * 2 ** 31);
  const training = stepper(mixer, taskOf(x, y, own), { steps, seed, learningRate, weightDecay: 1e-4, warmup: 0 });
  for (let step = 0; step < steps; step++) {
    training.step();
  }
  training.dispose();
  const say = (of: tf.Tensor2D): { means: number[]; variances: number[] } =>
    tf.tidy(() => {
      const { mean: means, variance } = mixer.scores(of, Context.create());
      return { means: [...means.dataSync()], variances: [...variance.dataSync()] };
    });
  const { slope, offset } = lineOf(say(x).means, wanted);
  tf.dispose([x, y]);
  return {
    predict(asked) {
      if (asked.length === 0) {
        return [];
      }
      const { means, variances } = tf.tidy(() => say(scaled(asked)));
      return means.map((score, i) => ({
        mean: mean + std * (offset + slope * score),
        std: std * slope * Math.sqrt(variances[i])
      }));
    },
    dispose: () => mixer.dispose()
  };
}

function taskOf(x: tf.Tensor2D, y: tf.Tensor1D, { loss, alpha, divergence }: Required<ParametricOptions>): Task<null> {
  return {
    kind: 'ranking',
    fixed: {},
    batch: () => null,
    loss: (model: Module, _batch, ctx) => {
      const scores = model.apply(x, ctx) as tf.Tensor1D;
      const order = (): tf.Scalar => tf.sub(1, diffKendall(scores, y, { alpha }));
      const fit = loss === 'squared' ? scores.sub(y).square().mean<tf.Scalar>() : order();
      return { fit, divergence: (model as NodeMixer).divergence().mul(divergence / y.size) };
    }
  };
}

/** The line through scores and values of least squares that does not fall, so that it keeps the order. */
function lineOf(scores: readonly number[], values: readonly number[]): { slope: number; offset: number } {
  const { mean, std } = scaleOf(scores);
  const along = scores.reduce((sum, score, i) => sum + (score - mean) * values[i], 0) / (scores.length * std * std);
  const slope = Math.max(along, 1e-6);
  return { slope, offset: -slope * mean };
}

predictors.register('parametric', parametric);
