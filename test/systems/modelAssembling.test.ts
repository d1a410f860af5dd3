import { core, elastic, models, tf, train } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { makeLanguage } from '../support/language';
import { outputOf, valuesOf } from '../support/networks';
import { expectClose } from '../support/numeric';

const SIZE = { width: 8, heads: 2, contextLength: 8, vocabSize: 256, hidden: 16 };
const deepModel = (): models.Transformer => models.denseTransformer({ ...SIZE, layers: 5, seed: 1 });
const metaModel = (): models.Transformer => models.denseTransformer({ ...SIZE, layers: 2, seed: 2 });
const text = makeLanguage({ domains: 1, texts: 4 });
const ids = tf.tensor2d([[101, 99, 104, 32, 97, 98, 100, 107]], [1, 8], 'int32');

describe('Deep model assembling [model-assembling]', () => {
  test('each module is trained in the place of a block of the frozen meta model; together they are the deep model', async () => {
    const [model, meta] = [deepModel(), metaModel()];
    const [start, metaStart] = [valuesOf(model), valuesOf(meta)];
    const moved: string[][] = [];
    const { model: assembled, report } = await elastic.assemble(model, {
      meta,
      train: async (hybrid, module) => {
        // By hand: the embeddings and the other block of the meta model, the module's own blocks in between.
        const blocks = [...hybrid.children.values()];
        expect(blocks).toHaveLength(module === 0 ? 3 : 2);
        const run = (of: core.Module, path: string, x: tf.Tensor): tf.Tensor => of.modules().get(path)!.apply(x, core.Context.create().within(path)); // prettier-ignore
        const wanted = tf.tidy(() => {
          let x = run(meta, 'tokens', ids).add(run(meta, 'positions', tf.range(0, 8, 1, 'int32')));
          const own = (y: tf.Tensor): tf.Tensor =>
            blocks.reduce((z, block) => block.apply(z, core.Context.create()), y);
          x = module === 0 ? run(meta, 'layers.1', own(x)) : own(run(meta, 'layers.0', x));
          return run(meta, 'head', run(meta, 'norm', x)).dataSync();
        });
        expectClose(outputOf(hybrid, ids), wanted, 1e-6);
        const before = valuesOf(hybrid);
        const options = { steps: 4, batchSize: 4, learningRate: 0.01, progress: false, evaluateEvery: 0 };
        const { losses } = await train.fit(hybrid as models.Transformer, text, options);
        expect(losses.every(Number.isFinite)).toBe(true);
        moved.push(Object.entries(valuesOf(hybrid)).filter(([path, values]) => values.some((value, i) => value !== before[path][i])).map(([path]) => path)); // prettier-ignore
        expect(moved.at(-1)).toEqual([...hybrid.parameters().keys()]);
      }
    });
    expect(report.begins).toEqual([0, 3]);
    expect(moved.map(({ length }) => length)).toEqual([3 * 6, 2 * 6]);
    // Neither what was given nor the meta model has moved, and it can be trained again.
    expect(valuesOf(model)).toEqual(start);
    expect(valuesOf(meta)).toEqual(metaStart);
    expect([...meta.parameters().values()].every(({ trainable }) => trainable)).toBe(true);
    // What is not in blocks is the meta model's; every block has been trained.
    const values = valuesOf(assembled);
    Object.entries(values).forEach(([path, each]) =>
      path.startsWith('layers.') ? expect(each, path).not.toEqual(start[path]) : expect(each).toEqual(metaStart[path])
    );
    [model, meta, assembled].forEach((each) => each.dispose());
  });

  test('interrupted, nothing stays: the meta model is whole and free', async () => {
    const [model, meta] = [deepModel(), metaModel()];
    const whole = outputOf(meta, ids);
    const before = tf.memory().numTensors;
    const failing = elastic.assemble(model, { meta, train: () => Promise.reject(new Error('mine')) });
    await expect(failing).rejects.toThrow('mine');
    expect(tf.memory().numTensors).toBe(before);
    expect(outputOf(meta, ids)).toEqual(whole);
    expect([...meta.parameters().values()].every(({ trainable }) => trainable)).toBe(true);
    await expect(elastic.assemble(meta, { meta: model, train: () => Promise.resolve() })).rejects.toThrow("elastic.assemble: the model's blocks must be an integer of at least 5, got 2"); // prettier-ignore
    const wide = models.denseTransformer({ ...SIZE, width: 12, layers: 2 });
    await expect(elastic.assemble(model, { meta: wide, train: () => Promise.resolve() })).rejects.toThrow("elastic.assemble: the model must have the meta model's width (12), got 8"); // prettier-ignore
    [model, meta, wide].forEach((each) => each.dispose());
  });
});
