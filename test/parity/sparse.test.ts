import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { core, models, prune, tf } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';
import { setValue } from '../support/networks';
import { expectClose, expectNoLeak } from '../support/numeric';

interface Case {
  name: string;
  weight: number[][];
  kept: number[][];
}

const { inputs, weight, cases } = JSON.parse(
  readFileSync(join(import.meta.dirname, 'fixtures/sparse.json'), 'utf8')
) as { inputs: number[][]; weight: number[][]; cases: Case[] };
const x = tf.tensor2d(inputs);

const OPTIONS: Record<string, prune.UnstructuredOptions> = {
  'wanda, 50 %': { sparsity: 0.5, importance: prune.wanda(x) },
  'wanda, 2:4': { pattern: { n: 2, m: 4 }, importance: prune.wanda(x) },
  'sparseGpt, 50 %': { sparsity: 0.5, importance: prune.sparseGpt(x, { blockSize: 4 }) },
  'sparseGpt, 75 %, one block': { sparsity: 0.75, importance: prune.sparseGpt(x) },
  'sparseGpt, 2:4': { pattern: { n: 2, m: 4 }, importance: prune.sparseGpt(x, { blockSize: 8 }) }
};

const layer = (): models.Mlp => {
  const model = models.mlp({ inputWidth: 16, hidden: [], outputWidth: 6 });
  setValue(model, '0.weight', () => tf.tensor2d(weight));
  return model;
};

test.each(cases)('$name: the masks and the weights of the reference', ({ name, weight: expected, kept }) => {
  const model = layer();
  const { model: pruned, report } = prune.unstructured(model, OPTIONS[name]);
  const mask = core.masksAt(pruned, ['0.weight']).get('0.weight')!.variable.dataSync();
  expect([...mask]).toEqual(kept.flat());
  const values = tf.tidy(() => pruned.parameters().get('0.weight')!.read().dataSync());
  expectClose(values, expected.flat(), 1e-5);
  expect(report.values.after).toBe(kept.flat().reduce((a, b) => a + b, 0));
  // The model given stays, and nothing else does.
  expect([...model.parameters().get('0.weight')!.variable.dataSync()]).toEqual([...tf.tensor2d(weight).dataSync()]);
  expectNoLeak(() => prune.unstructured(model, OPTIONS[name]).model.dispose());
  [model, pruned].forEach((each) => each.dispose());
});
