import { core, models, prune, tf, train } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { outputOf, setValue, valuesOf } from '../support/networks';
import { expectClose, expectNoLeak } from '../support/numeric';

const random = core.Random.fromSeed(4);
const inputs = random.child('inputs').normal([64, 6]) as tf.Tensor2D;
const labels = Array.from(tf.tidy(() => inputs.slice([0, 0], [-1, 3]).argMax(1).dataSync()));
const task = train.tasks.classification({ inputs, labels, batchSize: 32 });
const mlp = (seed: number) => models.mlp({ inputWidth: 6, hidden: [10, 8], outputWidth: 3, seed });

/** A metanetwork that changes what it is given. */
function changing(seed = 1) {
  const metanet = prune.metanetwork({ layers: 2, width: 8, seed });
  ['nodesOut.weight', 'edgesOut.weight'].forEach((path) => setValue(metanet, path, (value) => random.child(path).normal(value.shape))); // prettier-ignore
  return metanet;
}

/** A network whose hidden neurons of one layer are in another order. */
function reordered(model: models.Mlp, layer: number, order: number[]): models.Mlp {
  const other = models.mlp(model.options);
  model.parameters().forEach(({ variable }, path) => setValue(other, path, () => variable.clone()));
  const index = tf.tensor1d(order, 'int32');
  setValue(other, `${layer}.weight`, (value) => tf.gather(value, index, 1));
  setValue(other, `${layer}.bias`, (value) => tf.gather(value, index));
  setValue(other, `${layer + 1}.weight`, (value) => tf.gather(value, index, 0));
  return other;
}

describe('[metapruning]', () => {
  test('network to graph to network is bit for bit the same: an untrained metanetwork changes nothing', () => {
    const model = mlp(1);
    model.parameters().forEach((_, path) => setValue(model, path, (value) => random.child(path).normal(value.shape)));
    const { model: same, report } = prune.meta(model, { metanet: prune.metanetwork() });
    expect(valuesOf(same)).toEqual(valuesOf(model));
    expect(Object.values(report.change)).toEqual([0, 0, 0, 0, 0, 0]);
    [model, same].forEach((each) => each.dispose());
  });

  test('hidden neurons in another order give the same network in that order, which computes the same', () => {
    const model = mlp(2);
    ['0.bias', '1.bias', '2.bias'].forEach((path) => setValue(model, path, (value) => random.child(path).normal(value.shape))); // prettier-ignore
    const metanet = changing();
    const { model: changed, report } = prune.meta(model, { metanet });
    Object.values(report.change).forEach((each) => expect(each).toBeGreaterThan(0.05));
    for (const [layer, order] of [
      [0, [3, 1, 9, 0, 2, 8, 5, 4, 7, 6]],
      [1, [7, 0, 6, 1, 5, 2, 4, 3]]
    ] as const) {
      // prettier-ignore
      const other = reordered(model, layer, [...order]);
      const { model: changedOther } = prune.meta(other, { metanet });
      const expected = reordered(changed, layer, [...order]);
      expected.parameters().forEach(({ variable }, path) => expectClose(changedOther.parameters().get(path)!.variable, variable, 1e-5)); // prettier-ignore
      expectClose(outputOf(changedOther, inputs), outputOf(changed, inputs), 1e-4);
      [other, changedOther, expected].forEach((each) => each.dispose());
    }
    [model, changed, metanet].forEach((each) => each.dispose());
  });

  test('messages cross the network: a weight of the first layer moves what is given to those of the next', () => {
    const [model, moved] = [mlp(3), mlp(3)];
    setValue(moved, '0.weight', (value) => value.neg());
    const metanet = changing();
    const [a, b] = [model, moved].map((each) => prune.meta(each, { metanet }).model);
    const [x, y] = [a, b].map((each) => each.parameters().get('1.weight')!.variable.dataSync());
    expect(x.some((value, i) => Math.abs(value - y[i]) > 1e-4)).toBe(true);
    [model, moved, a, b, metanet].forEach((each) => each.dispose());
  });

  test('its loss is that of the pruned network, and training it lowers that; the networks stay as they are', async () => {
    const network = mlp(5);
    await train.fit(network, task, { steps: 150, seed: 1, learningRate: 1e-2, progress: false, evaluateEvery: 0 });
    const values = valuesOf(network);
    const metanet = prune.metanetwork({ layers: 2, width: 8, seed: 1 });
    const meta = train.tasks.metaPruning(task, { networks: [network], sparsity: 0.7 });
    const batch = { network: 0, batch: task.batch(1, 1) };
    const lossOf = (f: (ctx: core.Context) => tf.Tensor): number => {
      const ctx = core.Context.create();
      const loss = tf.tidy(() => f(ctx).dataSync()[0]);
      ctx.dispose();
      return loss;
    };
    const pruned = (model: models.Mlp): number => {
      const { model: sparse } = prune.unstructured(model, { sparsity: 0.7 });
      const loss = lossOf((ctx) => task.loss(sparse, batch.batch, ctx) as tf.Scalar);
      sparse.dispose();
      return loss;
    };
    const before = pruned(network);
    const own = (): number => lossOf((ctx) => meta.loss(metanet, batch, ctx) as tf.Scalar);
    expect(own()).toBeCloseTo(before, 5);
    expectNoLeak(() => own());
    await train.fit(metanet, meta, { steps: 60, seed: 1, learningRate: 5e-3, progress: false, evaluateEvery: 0 });
    const { model: changed } = prune.meta(network, { metanet });
    expect(pruned(changed)).toBeCloseTo(own(), 5);
    expect(pruned(changed)).toBeLessThan(0.7 * before);
    expect(valuesOf(network)).toEqual(values);
    expectClose(outputOf(network, inputs), outputOf(network, inputs));
    [network, changed, metanet].forEach((each) => each.dispose());
  });

  test('what it cannot do is said', () => {
    const model = mlp(1);
    const metanet = prune.metanetwork();
    const { model: sparse } = prune.unstructured(model, { sparsity: 0.5 });
    const { model: cut } = prune.structured(model, { ratio: 0.5, mode: 'mask' });
    expect(() => prune.meta(sparse, { metanet })).toThrow('prune.meta: the network must be whole, before it is pruned');
    expect(() => prune.meta(cut, { metanet })).toThrow('prune.meta: the network must be whole, before it is pruned');
    expect(() => prune.meta(models.vit({ imageSize: 2, patchSize: 1, classes: 2, layers: 1, width: 2 }) as never, { metanet })).toThrow('prune.meta: the network must be a models.mlp, got vit'); // prettier-ignore
    expect(() => prune.meta(model, { metanet: model as never })).toThrow('prune.meta: metanet must be');
    expect(() => prune.metanetwork({ layers: 0 })).toThrow('prune.metanetwork: layers must be an integer');
    expect(() => train.tasks.metaPruning(task, { networks: [], sparsity: 0.5 })).toThrow('train.tasks.metaPruning: networks must be'); // prettier-ignore
    expect(() => train.tasks.metaPruning(task, { networks: [model], sparsity: 2 })).toThrow('train.tasks.metaPruning: sparsity must be'); // prettier-ignore
    setValue(model, '0.weight', (value) => value.mul(NaN));
    expect(() => prune.meta(model, { metanet })).toThrow('prune.meta: new values of');
    [model, sparse, cut, metanet].forEach((each) => each.dispose());
  });
});
