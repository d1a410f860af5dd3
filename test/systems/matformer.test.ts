import { core, elastic, models, tf } from '@switchyard/kernel-lib';
import { afterAll, describe, expect, test } from 'vitest';
import { outputOf, setValue } from '../support/networks';
import { expectClose } from '../support/numeric';

const model = models.denseTransformer({ layers: 3, width: 8, heads: 2, contextLength: 6, vocabSize: 13, hidden: 16 });
const net = elastic.supernet(model, { sizes: { '**.feedForward.hidden': [0.125, 0.25, 0.5, 1] } });
const ids = tf.tensor2d([[1, 2, 3, 4, 9, 12]], [1, 6], 'int32');
const at = (shares: readonly number[]): elastic.SubnetPoint => Object.fromEntries(shares.map((share, i) => [`layers.${i}.feedForward.hidden`, share])); // prettier-ignore
afterAll(() => model.dispose());

describe('MatFormer [matformer]', () => {
  test("mix'n'match: a granularity for each layer, extracted without training, is the big model whose other units are silent", () => {
    for (const shares of [
      [0.125, 0.5, 1],
      [1, 0.25, 0.125],
      [0.5, 0.5, 0.5]
    ]) {
      // prettier-ignore
      const { model: small } = elastic.extract(model, net.choice(at(shares)));
      const silent = models.build(model.spec) as models.Transformer;
      shares.forEach((share, i) => {
        const loud = tf.tensor2d(Array.from({ length: 16 }, (_, unit) => [unit < 16 * share ? 1 : 0]));
        setValue(silent, `layers.${i}.feedForward.w2.weight`, (value) => value.mul(loud));
        loud.dispose();
      });
      expectClose(outputOf(small, ids), outputOf(silent, ids), 1e-6);
      expect(small.parameters().get('layers.0.feedForward.w1.weight')!.shape).toEqual([8, 16 * shares[0]]);
      [small, silent].forEach((each) => each.dispose());
    }
    expect(net.count).toBe(4 ** 3);
  });

  test('all granularities are trained together: units of the first prefix learn from all four, the last half from one', () => {
    const points = [1, 0.5, 0.25, 0.125].map((share) => at([share, share, share]));
    const plain = {
      ...{ kind: 'plain', fixed: {}, batch: () => 0 },
      loss: (of: core.Module, _batch: number, ctx: core.Context) => of.apply(ids, ctx).square().mean<tf.Scalar>()
    };
    const joint = elastic.task(plain, net, { sampler: elastic.every({ points }) });
    const weight = model.parameters().get('layers.1.feedForward.w1.weight')!.variable;
    const gradientOf = (loss: (ctx: core.Context) => tf.Scalar): number[][] =>
      tf.tidy(() => {
        const ctx = core.Context.create();
        return tf
          .variableGrads(() => loss(ctx), [weight])
          .grads[weight.name].transpose()
          .arraySync() as number[][];
      });
    const all = gradientOf((ctx) => tf.addN(Object.values(joint.loss(model, joint.batch(1, 0), ctx))));
    const alone = points.map((point) => gradientOf((ctx) => net.subnet(point).run((of) => plain.loss(of, 0, ctx))));
    for (let unit = 0; unit < 16; unit++) {
      const sum = all[unit].map((_, d) => alone.reduce((total, each) => total + each[unit][d], 0) / 4);
      expectClose(all[unit], sum, 1e-6);
      const learns = alone.map((each) => each[unit].some((value) => value !== 0));
      expect(learns).toEqual([true, unit < 8, unit < 4, unit < 2]);
    }
  });

  test("mix'n'match within a budget: the granularities of the layers that matter most", async () => {
    // A planted loss: the middle layer matters ten times as much.
    const evaluate = (_model: unknown, point: elastic.SubnetPoint): number =>
      [1, 10, 1].reduce((sum, weight, i) => sum + weight * (1 - point[`layers.${i}.feedForward.hidden`]) ** 2, 0);
    const half = net.subnet(at([0.5, 0.5, 0.5])).cost().parameters;
    const chosen = await elastic.select(net, { budget: { parameters: half }, evaluate, method: 'separable' });
    expect(chosen.point).toEqual(at([0.25, 1, 0.25]));
    expect(chosen.cost).toBeLessThanOrEqual(half);
    expect(chosen.loss).toBeLessThan(evaluate(model, at([0.5, 0.5, 0.5])));
  });
});
