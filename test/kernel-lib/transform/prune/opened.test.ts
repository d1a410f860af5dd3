import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { core, models, prune, tf } from '@switchyard/kernel-lib';
import { expect, test } from 'vitest';
import { expectClose } from '../../../support/numeric';

const FOLDER = join(import.meta.dirname, '../../../parity/fixtures/checkpoints');
const IDS = [[1, 2, 3, 4]];

type Opened = models.PretrainedModel;

function logitsOf(model: Opened): Float32Array {
  return tf.tidy(() => {
    const labels = model instanceof models.PretrainedTransformer ? {} : { labels: IDS };
    return model.logits(IDS, labels).dataSync<'float32'>().slice();
  });
}

test.each(readdirSync(FOLDER))(
  '%s: half of what layers hold inside goes; shrunk is masked, and it still writes',
  async (name) => {
    const model = await models.open<Opened>(join(FOLDER, name));
    const before = logitsOf(model);
    const masked = prune.structured(model, { ratio: 0.5, mode: 'mask' });
    const shrunk = prune.structured(model, { ratio: 0.5 });
    expect(shrunk.report.groups.length).toBeGreaterThanOrEqual(2);
    expect(shrunk.report.parameters.after).toBeLessThan(0.9 * shrunk.report.parameters.before);
    const logits = logitsOf(shrunk.model);
    expectClose(logits, logitsOf(masked.model), 1e-5);
    expect(Math.max(...logits.map((value, i) => Math.abs(value - before[i])))).toBeGreaterThan(1e-4);
    expect(logitsOf(model)).toEqual(before);
    const { ids } = await shrunk.model.generate('a b', { maxNewTokens: 2, temperature: 0, ignoreEnd: true });
    expect(ids).toHaveLength(2);
    [model, masked.model, shrunk.model].forEach((each) => each.dispose());
  }
);

test.each(readdirSync(FOLDER))('%s: masked, its linear layers and experts run without their zeros', async (name) => {
  const model = await models.open<Opened>(join(FOLDER, name));
  const { model: masked } = prune.unstructured(model, { sparsity: 0.9 });
  const before = logitsOf(masked);
  const matrices = core.maskedPaths(masked);
  const isBank = (path: string): boolean =>
    matrices.includes(path) && masked.parameters().get(path)!.shape.length === 3;
  const sparse = prune.sparseLinears(masked);
  // Layers by their own path, experts' matrices by the bank's parameter and their number.
  const ofExperts = [...sparse.formats.keys()].filter((path) => isBank(path.replace(/\.\d+$/, '')));
  const ofLayers = [...sparse.formats.keys()].filter((path) => matrices.includes(`${path}.weight`));
  expect(ofExperts.length + ofLayers.length).toBe(sparse.formats.size);
  expect(ofExperts.length > 0).toBe(matrices.some(isBank));
  expectClose(logitsOf(masked), before, 1e-5);
  sparse.stop();
  expect(logitsOf(masked)).toEqual(before);
  [model, masked].forEach((each) => each.dispose());
});
