import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { models, prune, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { expectNoLeak } from '../../../support/numeric';

const ids = tf.tensor2d([[1, 2, 3]], [1, 3], 'int32');
const task: prune.CalibrationTask<number> = {
  batch: (step, seed) => step + seed,
  loss: (model, batch, ctx) => model.apply(ids, ctx).square().mean<tf.Scalar>().mul(batch)
};

/** Every criterion, with its file. */
const CRITERIA: Record<string, (seed: number) => prune.Importance> = {
  magnitude: () => prune.magnitude(),
  taylor: (seed) => prune.taylor(task, { batches: 2, seed }),
  random: (seed) => prune.random({ seed })
};

const makeModel = () => models.denseTransformer({ layers: 1, width: 4, heads: 2, contextLength: 4, vocabSize: 5 });

describe.each(Object.entries(CRITERIA))('%s', (kind, make) => {
  test('scores values of the parameters in their shapes, the same each time, and leaves nothing else behind', () => {
    const model = makeModel();
    const scoresOf = (seed: number) => {
      const scores = make(seed).score(model);
      const values = [...scores].map(([path, score]) => [path, [...score.dataSync()]] as const);
      scores.forEach((score, path) => expect(score.shape, path).toEqual(model.parameters().get(path)!.shape));
      tf.dispose([...scores.values()]);
      return values;
    };
    expect(make(1).kind).toBe(kind);
    const first = scoresOf(1);
    expect(first.length).toBeGreaterThan(4);
    expect(first.every(([, values]) => values.every(Number.isFinite))).toBe(true);
    expect(scoresOf(1)).toEqual(first);
    expectNoLeak(() => scoresOf(2));
    model.dispose();
  });
});

test('every criterion of the folder is in this battery', () => {
  const folder = join(import.meta.dirname, '../../../../kernel-lib/src/transform/prune/importance');
  const files = readdirSync(folder).map((name) => name.replace(/\.ts$/, ''));
  expect(files.filter((name) => !['importance', 'index'].includes(name)).sort()).toEqual(Object.keys(CRITERIA).sort());
});
