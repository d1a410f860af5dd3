import { io, layers, models, prune, routers, tf } from '@switchyard/kernel-lib';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { spread } from '../../../support/gradients';
import { outputOf, setValue, valuesOf } from '../../../support/networks';
import { expectNoLeak } from '../../../support/numeric';

const SIZE = { layers: 3, width: 8, heads: 2, contextLength: 6, vocabSize: 13, seed: 4 };
const inputs = [[1, 2, 3, 4], [9, 7, 5, 3]].map((ids) => tf.tensor2d([ids], [1, 4], 'int32')); // prettier-ignore
const [ids] = inputs;

/** Makes a sub-layer add nothing. */
const silence = (model: models.Transformer, path: string): void => setValue(model, path, (value) => value.mul(0));

describe('a model whose sub-layers went', () => {
  test.each<[string, () => models.Transformer]>([
    ['dense', () => models.denseTransformer({ ...SIZE, hidden: 16 })],
    ['a mixture', () => models.moeTransformer({ ...SIZE, experts: 3, hidden: 5, router: routers.topK({ k: 2 }) })],
    ['parallel blocks', () => models.denseTransformer({ ...SIZE, hidden: 16, parallel: true })]
  ])('%s: computes what the whole one does where they add nothing, and has fewer values', (_name, make) => {
    const model = make();
    const before = valuesOf(model);
    const { model: pruned, report } = prune.layers(model, { count: 3, inputs });
    expect(report.removed).toHaveLength(3);
    expect(valuesOf(model)).toEqual(before);
    const silent = make();
    for (const { path } of report.removed) {
      const last = path.endsWith('attention') ? 'output.weight' : path.endsWith('moe') ? 'experts.w2' : 'w2.weight';
      silence(silent, `${path}.${last}`);
      expect([...pruned.modules().keys()]).not.toContain(path);
    }
    expect(outputOf(pruned, ids)).toEqual(outputOf(silent, ids));
    expect(report.parameters.after).toBe(pruned.countParameters());
    expect(report.parameters.after).toBeLessThan(report.parameters.before);
    expect(pruned.cost({ length: 4 }).flops).toBeLessThan(model.cost({ length: 4 }).flops!);
    [model, silent, pruned].forEach((each) => each.dispose());
  });

  test('is plain JSON, saved and opened, and pruned again', () => {
    const model = models.denseTransformer({ ...SIZE, hidden: 16 });
    const narrower = prune.structured(prune.unstructured(model, { sparsity: 0.5 }).model, { ratio: 0.5 }).model;
    const { model: pruned } = prune.layers(narrower, { count: 2, inputs });
    expect(models.build(JSON.parse(JSON.stringify(pruned.spec)) as models.ModelSpec).countParameters()).toBe(pruned.countParameters()); // prettier-ignore
    const folder = mkdtempSync(join(tmpdir(), 'switchyard-layers-'));
    try {
      io.saveModel(pruned, join(folder, 'pruned.safetensors'));
      const loaded = io.loadModel(join(folder, 'pruned.safetensors')) as models.Transformer;
      expect(outputOf(loaded, ids)).toEqual(outputOf(pruned, ids));
      const { model: further, report } = prune.layers(loaded, { count: 1, inputs, units: ['block'] });
      expect(report.removed[0].path).toMatch(/^layers\.\d$/);
      const mapped = models.mapFeedForwards(further, (network) => network);
      expect(outputOf(mapped, ids)).toEqual(outputOf(further, ids));
      [loaded, further, mapped].forEach((each) => each.dispose());
    } finally {
      rmSync(folder, { recursive: true });
    }
    [model, narrower, pruned].forEach((each) => each.dispose());
  });

  test('a vision transformer keeps its own attention where it keeps one', () => {
    const model = models.vit({ imageSize: 4, patchSize: 2, classes: 3, layers: 2, width: 8, heads: 2 });
    const images = spread([2, 4, 4, 1]);
    const { model: pruned, report } = prune.layers(model, { count: 1, units: ['attention'], inputs: images, distance: 'squared' }); // prettier-ignore
    silence(model as unknown as models.Transformer, `${report.removed[0].path}.output.weight`);
    silence(model as unknown as models.Transformer, `${report.removed[0].path}.output.bias`);
    expect(outputOf(pruned, images)).toEqual(outputOf(model, images));
    [model, pruned].forEach((each) => each.dispose());
  });
});

test('what cannot be done is said, the model and its tensors stay', () => {
  const model = models.denseTransformer({ ...SIZE, hidden: 16 });
  const attempt = (options: Partial<prune.LayersOptions>) => () =>
    prune.layers(model, { count: 1, inputs, ...options });
  const before = outputOf(model, ids);
  expectNoLeak(() => {
    expect(attempt({ count: 7 })).toThrow('prune.layers: count must be an integer 1..6, got 7');
    expect(attempt({ units: ['head' as never] })).toThrow(
      'units must be one of attention, feedForward, block, got head'
    );
    expect(attempt({ units: ['attention', 'block'], count: 6 })).toThrow('count must be of units that do not overlap, got 6'); // prettier-ignore
    expect(attempt({ inputs: [] })).toThrow('prune.layers: calibration must be inputs of the model');
    expect(attempt({ distance: 'cosine' as never })).toThrow('distance must be one of kl, js, squared, angle');
    prune.layers(model, { count: 2, inputs }).model.dispose();
  });
  expect(outputOf(model, ids)).toEqual(before);
  expect(() => models.build({ ...model.spec, options: { ...model.spec.options, attentions: [layers.noAttention()] } })).toThrow('models.Transformer: attentions must be as many as blocks (3), got 1'); // prettier-ignore
  const shared = models.wideNet({ ...SIZE, experts: 2, hidden: 4, router: routers.topK({ k: 1 }) });
  expect(() => prune.layers(shared, { count: 1, inputs })).toThrow('the sharing of blocks must be one of none');
  [model, shared].forEach((each) => each.dispose());
});

test('distances of outputs by hand: Jensen and Shannon of two certain, different answers is log 2', () => {
  const network = models.mlp({ inputWidth: 1, hidden: [2], outputWidth: 2 });
  setValue(network, '0.weight', () => tf.tensor2d([[1, 1]]));
  setValue(network, '1.weight', () => tf.tensor2d([[200, 0], [0, 100]])); // prettier-ignore
  const hidden = [...prune.groups(network).values()].filter(({ kind }) => kind === 'hidden');
  const of = (distance: prune.OutputDistance) =>
    prune.groupImportance(network, hidden, { importance: prune.outputDistance(tf.tensor2d([[1]]), { distance }) })[0];
  expect(of('js')[0]).toBeCloseTo(Math.log(2), 5);
  expect(of('js')[1]).toBeCloseTo(0, 5);
  expect(of('angle')[0]).toBeCloseTo(1 - 100 / Math.hypot(200, 100), 5);
  network.dispose();
});
