import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { core, layers, prune, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { expectClose } from '../support/numeric';

interface Case {
  gated: boolean;
  weights: Record<string, number[][]>;
  inputs: number[][];
  importance: Record<string, number[]>;
}

const { cases } = JSON.parse(readFileSync(join(import.meta.dirname, 'fixtures/pruning.json'), 'utf8')) as {
  cases: Case[];
};

describe.each(cases)('gated: $gated', ({ gated, weights, inputs, importance }) => {
  const x = tf.tensor2d(inputs);
  const task: prune.CalibrationTask = {
    batch: () => null,
    loss: (model, _, ctx) => model.apply(x, ctx).square().mean()
  };
  const criteria: Record<string, prune.Importance> = {
    'magnitude, p = 2': prune.magnitude(),
    'magnitude, p = 1': prune.magnitude({ p: 1 }),
    'taylor, sum': prune.taylor(task, { batches: 1, gather: 'sum' }),
    'taylor, magnitude': prune.taylor(task, { batches: 1 })
  };

  test.each(Object.keys(importance))('hidden neurons are as important as to Torch-Pruning: %s', (name) => {
    const options = { width: 4, hidden: 6, bias: false, random: core.Random.fromSeed(1) };
    const network = gated ? new layers.GatedFeedForward(options) : new layers.FeedForward(options);
    network.parameters().forEach((parameter, path) => parameter.assign(tf.tensor2d(weights[path.slice(0, 2)])));
    const [hidden] = [...prune.groups(network).values()].filter(({ kind }) => kind === 'hidden');
    const [ours] = prune.groupImportance(network, [hidden], { importance: criteria[name] });
    expectClose(ours, importance[name], 1e-4);
    expect(ours).toHaveLength(6);
    network.dispose();
  });
});
