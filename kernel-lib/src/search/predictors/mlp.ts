import { tf } from '../../base/backend';
import { Context, expectInteger, expectNumber } from '../../base/core';
import type { Random } from '../../base/core';
import { mlp as network } from '../../models';
import { stepper } from '../../train/loop/stepper';
import { regression } from '../../train/tasks/regression';
import { checkRows, predictors, scaleOf } from './predictor';
import type { Fitted, Prediction, Predictor } from './predictor';

/** Options of `nas.predictors.mlp`. */
export interface MlpPredictorOptions {
  /** Widths inside. Default [32, 32]. */
  hidden?: readonly number[];
  /** Networks, of initial values of their own: the mean of their predictions counts, and how far they are apart is the doubt. Default 3. */
  members?: number;
  /** Steps of each, on all rows at once. Default 200. */
  steps?: number;
  /** Highest learning rate. Default 0.03. */
  learningRate?: number;
}

/** An ensemble of multilayer perceptrons, trained on all rows at once with AdamW; values are standardised first. */
export function mlp(options: MlpPredictorOptions = {}): Predictor {
  const where = 'nas.predictors.mlp';
  const { hidden = [32, 32], members = 3, steps = 200, learningRate = 0.03 } = options;
  hidden.forEach((width, i) => expectInteger(where, `hidden[${i}]`, width, 1));
  expectInteger(where, 'members', members, 1);
  expectInteger(where, 'steps', steps, 1);
  expectNumber(where, 'learningRate', learningRate, 0);
  return {
    kind: 'mlp',
    options: { hidden: [...hidden], members, steps, learningRate },
    fit(rows, values, random) {
      checkRows(where, rows, values);
      return train(rows, values, { hidden, members, steps, learningRate }, random);
    }
  };
}

function train(
  rows: readonly (readonly number[])[],
  values: readonly number[],
  { hidden, members, steps, learningRate }: Required<MlpPredictorOptions>,
  random: Random
): Fitted {
  const { mean, std } = scaleOf(values);
  const inputs = tf.tensor2d(
    rows.map((row) => [...row]),
    [rows.length, rows[0].length]
  );
  const targets = tf.tensor2d(values.map((value) => [(value - mean) / std]));
  const task = regression({ inputs, targets, batchSize: rows.length });
  const networks = Array.from({ length: members }, (_, i) => {
    const seed = Math.floor(random.child(i).generator()() * 2 ** 31);
    const model = network({ inputWidth: rows[0].length, hidden, outputWidth: 1, activation: 'gelu', seed });
    const training = stepper(model, task, { steps, seed, learningRate, weightDecay: 1e-4, warmup: 0 });
    for (let step = 0; step < steps; step++) {
      training.step();
    }
    training.dispose();
    return model;
  });
  tf.dispose([inputs, targets]);
  return {
    predict(asked) {
      if (asked.length === 0) {
        return [];
      }
      const x = (): tf.Tensor => tf.tensor2d(asked.map((row) => [...row]));
      const said = networks.map((each) => tf.tidy(() => each.apply(x(), Context.create()).dataSync()));
      return asked.map((_, i) => {
        const { mean: middle, std: apart } = spread(said.map((values) => values[i]));
        return { mean: mean + std * middle, std: std * apart };
      });
    },
    dispose: () => networks.forEach((each) => each.dispose())
  };
}

function spread(values: readonly number[]): Prediction {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  return { mean, std: Math.sqrt(values.reduce((sum, each) => sum + (each - mean) ** 2, 0) / values.length) };
}

predictors.register('mlp', mlp);
