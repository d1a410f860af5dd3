import { core, elastic, models, prune, tf, train } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { outputOf, valuesOf } from '../support/networks';
import { expectClose } from '../support/numeric';

const SIZE = { layers: 6, width: 8, heads: 2, contextLength: 6, vocabSize: 13, hidden: 12 };
const ids = tf.tensor2d([[1, 2, 3, 4, 9, 12]], [1, 6], 'int32');
const make = (): models.Transformer => models.denseTransformer(SIZE);
const slice = (model: core.Module, choice: elastic.SubnetChoice): Float32Array => tf.tidy(() => elastic.subnet(model, choice).apply(ids, core.Context.create()).dataSync<'float32'>()); // prettier-ignore
const plain: train.Task<number> = {
  ...{ kind: 'plain', fixed: {}, batch: (step) => step },
  loss: (of, _batch, ctx) => of.apply(ids, ctx).square().mean<tf.Scalar>()
};

describe('AmoebaLLM [amoeballm]', () => {
  test('the layers that go, by dynamic programming: the optimum of a loss that adds up, at fewer measures than brute force', async () => {
    const model = make();
    const weights = [0.9, 0.2, 0.5, 0.1, 0.4, 0.3];
    let measures = 0;
    // What blocks lose adds up: blocks that run are seen by their interception.
    const ran = new Set<number>();
    const release = weights.map((_, i) => model.modules().get(`layers.${i}.attention`)!.intercept((inner, x) => (ran.add(i), inner(x)))); // prettier-ignore
    const evaluate = (of: core.Module): number => {
      measures++;
      ran.clear();
      outputOf(of, ids);
      return weights.reduce((sum, weight, i) => sum + (ran.has(i) ? 0 : weight), 1);
    };
    const removals = await elastic.removeLayers(model, { evaluate });
    removals.forEach(({ skip, loss }, count) => {
      const cheapest = [...weights].sort((a, b) => a - b).slice(0, count);
      expect(skip).toHaveLength(count);
      expect(loss).toBeCloseTo(1 + cheapest.reduce((a, b) => a + b, 0), 9);
    });
    expect(removals[3].skip).toEqual(['layers.1', 'layers.3', 'layers.5']);
    expect(measures).toBeLessThanOrEqual(1 + (6 * 7) / 2);
    release.forEach((undo) => undo());
    await expect(elastic.removeLayers(model, { evaluate: () => NaN })).rejects.toThrow(/^elastic.removeLayers: the measure without/); // prettier-ignore
    await expect(elastic.removeLayers(model, { evaluate, stack: 'blocks' })).rejects.toThrow('elastic.removeLayers: stack must be the path of a stack of blocks, got blocks'); // prettier-ignore
    model.dispose();
  });

  test('any shape: widths by importance, low-rank changes mixed by shape; an extracted slice is the masked one', () => {
    const { model } = elastic.rank(make(), { importance: prune.magnitude() });
    const before = valuesOf(model);
    const choice = { sizes: { '**.hidden': 6, '**.heads': 1 }, skip: ['layers.2', 'layers.4'] };
    const untouched = slice(model, choice);
    const loras = elastic.mixtureOfSupernets(model, { targets: ['layers'], experts: 3, rank: 2 });
    // Changes are nothing at first.
    expectClose(slice(model, choice), untouched, 1e-7);
    Object.keys(before).forEach((path) => (model.parameters().get(path)!.trainable = false));
    const net = elastic.supernet(model, { sizes: { '**.hidden': [0.5, 1], '**.heads': [0.5, 1] }, depths: { layers: [4, 6] } }); // prettier-ignore
    const options = { sampler: elastic.sandwich(), distillation: { hardLoss: 0.5 }, balance: true };
    const stepper = train.stepper(model, elastic.task(plain, net, options), {
      steps: 5,
      warmup: 0,
      learningRate: 0.05
    });
    Array.from({ length: 5 }, () => stepper.step());
    stepper.dispose();
    // The model's own matrices are as they were: what is trained are changes and routers.
    const after = valuesOf(model);
    Object.entries(before).forEach(([path, values]) => expect(after[path]).toEqual(values));
    const changed = slice(model, choice);
    expect(Math.max(...changed.map((value, i) => Math.abs(value - untouched[i])))).toBeGreaterThan(1e-3);
    const { model: own } = elastic.extract(model, choice);
    expectClose(outputOf(own, ids), changed, 1e-6);
    // Another depth, another mixture of the same changes.
    const weightsOf = (of: elastic.SubnetChoice): number[] => elastic.subnet(model, of).run(() => loras.weights().get('layers.0.feedForward.w1.weight')!); // prettier-ignore
    expect(weightsOf(choice)).not.toEqual(weightsOf({ ...choice, skip: [] }));
    [model, own].forEach((each) => each.dispose());
  });
});
