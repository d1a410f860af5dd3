import { core, elastic, models, tf, train } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { spread } from '../support/gradients';
import { outputOf, valuesOf } from '../support/networks';
import { expectClose, expectNoLeak } from '../support/numeric';

const SIZE = { layers: 2, width: 8, heads: 2, contextLength: 6, vocabSize: 13, hidden: 8 };
const ids = tf.tensor2d([[1, 2, 3, 4, 9, 12]], [1, 6], 'int32');
const make = (): models.Transformer => models.denseTransformer(SIZE);
const targets = ['layers.*.feedForward'];
const SIZES = { sizes: { '**.hidden': [0.5, 1], '**.heads': [0.5, 1] }, depths: { layers: [1, 2] } };
const slice = (model: core.Module, choice: elastic.SubnetChoice): Float32Array => tf.tidy(() => elastic.subnet(model, choice).apply(ids, core.Context.create()).dataSync<'float32'>()); // prettier-ignore

describe('Mixture-of-supernets [mixture-of-supernets]', () => {
  test('with one matrix it is the plain supernet', () => {
    const [plain, mixed] = [make(), make()];
    const mixture = elastic.mixtureOfSupernets(mixed, { targets, experts: 1 });
    const net = elastic.supernet(plain, SIZES);
    [net.largest, net.smallest].forEach((point) =>
      expectClose(slice(mixed, net.choice(point)), slice(plain, net.choice(point)), 1e-7)
    );
    mixture.remove();
    [plain, mixed].forEach((each) => each.dispose());
  });

  test('two architectures have other weights for the same slice, those of the router by hand; it is extracted as a plain model', () => {
    const model = make();
    const names = [...model.parameters().keys()];
    const mixture = elastic.mixtureOfSupernets(model, { targets, experts: 3, noise: 0.5, seed: 4 });
    const path = 'layers.0.feedForward.w1.weight';
    const stored = model.stored();
    const router = stored.get(`${path.replace('.weight', '')}.weightMixture.router`)!;
    const halved = { sizes: { 'layers.0.feedForward.hidden': 4 } };
    const readBy = (choice: elastic.SubnetChoice) => elastic.subnet(model, choice).run(() => ({
      weights: mixture.weights().get(path)!,
      matrix: tf.tidy(() => stored.get(path)!.read().slice([0, 0], [8, 4]).arraySync() as number[][])
    })); // prettier-ignore
    const [alone, shallow] = [readBy(halved), readBy({ ...halved, skip: ['layers.1'] })];
    expect(Math.max(...alone.weights.map((weight, i) => Math.abs(weight - shallow.weights[i])))).toBeGreaterThan(1e-3);
    expect(alone.matrix).not.toEqual(shallow.matrix);
    [alone, shallow].forEach(({ weights, matrix }) => {
      const own = ['', 'Mixture.w1', 'Mixture.w2'].map((part) => stored.get(`${path}${part}`)!.variable);
      const wanted = tf.tidy(() => tf.addN(own.map((each, i) => each.slice([0, 0], [8, 4]).mul(weights[i]))).arraySync() as number[][]); // prettier-ignore
      expectClose(matrix.flat(), wanted.flat(), 1e-6);
    });
    // The shape: every axis that can be cut by its share, and every block and branch, 1 where it is there.
    const shares = [...core.axesOf(make()).values()].filter(({ axis }) => axis.pinned === null);
    const shape = [...shares.map(({ axis }) => (axis.name === 'hidden' ? null : 1)), 1, 1, 1, 1, 1, 1];
    shape[shape.indexOf(null)] = 0.5;
    shape[shape.indexOf(null)] = 1;
    const byHand = tf.tidy(() => tf.softmax(tf.matMul(tf.tensor2d([shape as number[]]), router.variable as tf.Tensor2D)).dataSync()); // prettier-ignore
    expectClose(alone.weights, byHand, 1e-6);
    const { model: own } = elastic.extract(model, { ...halved, skip: ['layers.1'] });
    expectClose(outputOf(own, ids), slice(model, { ...halved, skip: ['layers.1'] }), 1e-6);
    expect([...own.parameters().keys()].every((each) => names.includes(each))).toBe(true);
    expect(own.countParameters()).toBe(elastic.subnet(model, { ...halved, skip: ['layers.1'] }).cost().parameters);
    mixture.remove();
    expect([...model.parameters().keys()]).toEqual(names);
    expectNoLeak(() => elastic.mixtureOfSupernets(model, { targets, experts: 2 }).remove());
    [model, own].forEach((each) => each.dispose());
  });

  test('gradients reach the router and every matrix, and training is of all of them', () => {
    const model = models.mlp({ inputWidth: 5, hidden: [8], outputWidth: 3 });
    elastic.mixtureOfSupernets(model, { targets: ['0', '1'], experts: 2, noise: 0.5 });
    const net = elastic.supernet(model, { sizes: { '**.hidden': [0.5, 1] } });
    const inputs = spread([9, 5]);
    const classes = train.tasks.classification({ inputs, labels: [0, 1, 2, 0, 1, 2, 0, 1, 2], batchSize: 9 });
    const stepper = train.stepper(model, elastic.task(classes, net), { steps: 20, warmup: 0, learningRate: 0.02 });
    const before = valuesOf(model);
    const first = stepper.step()['loss/train'];
    Object.entries(valuesOf(model)).forEach(([path, values]) => expect(values, path).not.toEqual(before[path]));
    const losses = Array.from({ length: 19 }, () => stepper.step()['loss/train']);
    expect(losses.at(-1)!).toBeLessThan(first);
    stepper.dispose();
    model.dispose();
  });

  test('what is refused', () => {
    const model = make();
    expect(() => elastic.mixtureOfSupernets(model, { targets: ['nothing'], experts: 2 })).toThrow('elastic.mixtureOfSupernets: targets must name a matrix of the model, got ["nothing"]'); // prettier-ignore
    expect(() => elastic.mixtureOfSupernets(model, { targets, experts: 0 })).toThrow('elastic.mixtureOfSupernets: experts must be an integer'); // prettier-ignore
    const { numTensors } = tf.memory();
    const once = elastic.mixtureOfSupernets(model, { targets, experts: 2 });
    expect(() => elastic.mixtureOfSupernets(model, { targets, experts: 2 })).toThrow('names must be unique within a module'); // prettier-ignore
    once.remove();
    expect(tf.memory().numTensors).toBe(numTensors);
    model.dispose();
  });
});
