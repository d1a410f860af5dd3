import { core, elastic, models, tf, train } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { spread } from '../support/gradients';
import { outputOf } from '../support/networks';
import { expectClose } from '../support/numeric';

describe('SortedNet [sortednet]', () => {
  const inputs = spread([16, 6]);
  const labels = Array.from({ length: 16 }, (_, i) => i % 4);
  const classes = train.tasks.classification({ inputs, labels, batchSize: 8 });
  const make = (): models.Mlp => models.mlp({ inputWidth: 6, hidden: [16, 16], outputWidth: 4, seed: 2 });
  const eighths = Array.from({ length: 8 }, (_, i) => (i + 1) / 8);

  test('sub-models are literal prefixes of the main one and take no place of their own', () => {
    const model = make();
    const net = elastic.supernet(model, { sizes: { '**.hidden': eighths }, tied: true });
    const { numTensors } = tf.memory();
    const slices = [...net.points()].map((point) => net.subnet(point));
    expect(slices).toHaveLength(8);
    expect(tf.memory().numTensors).toBe(numTensors);
    slices.forEach((slice, i) => {
      const n = 2 * (i + 1);
      const by = (path: string): tf.Tensor => model.parameters().get(path)!.variable;
      const wanted = tf.tidy(() => {
        const first = tf.relu(inputs.matMul(by('0.weight').slice([0, 0], [6, n])).add(by('0.bias').slice([0], [n])));
        const second = tf.relu(first.matMul(by('1.weight').slice([0, 0], [n, n])).add(by('1.bias').slice([0], [n])));
        return second
          .matMul(by('2.weight').slice([0, 0], [n, 4]))
          .add(by('2.bias'))
          .dataSync();
      });
      expectClose(tf.tidy(() => slice.apply(inputs, core.Context.create()).dataSync()), wanted, 1e-6); // prettier-ignore
    });
    model.dispose();
  });

  test('a step draws sub-models and accumulates their gradients: one update by their mean', () => {
    const model = make();
    const net = elastic.supernet(model, { sizes: { '**.hidden': eighths }, tied: true });
    const task = elastic.task(classes, net, { sampler: elastic.uniform({ count: 4 }) });
    const batch = task.batch(3, 1);
    const drawn = new Set(Array.from({ length: 60 }, (_, i) => task.batch(i + 1, 1).points.map((point) => Object.values(point)[0])).flat()); // prettier-ignore
    expect(drawn.size).toBe(8);
    const { variable } = model.parameters().get('1.weight')!;
    const gradient = (loss: () => tf.Scalar): Float32Array => tf.tidy(() => tf.variableGrads(loss, [variable]).grads[variable.name].dataSync<'float32'>()); // prettier-ignore
    const together = gradient(() => tf.addN(Object.values(task.loss(model, batch, core.Context.create()))));
    const apart = batch.points.map((point) => gradient(() => net.subnet(point).run((of) => classes.loss(of, batch.batch, core.Context.create()) as tf.Scalar))); // prettier-ignore
    expectClose(together, together.map((_, i) => apart.reduce((sum, each) => sum + each[i], 0) / 4), 1e-6); // prettier-ignore
    model.dispose();
  });

  test('one that fits a budget is taken without a search or training', async () => {
    const model = make();
    const net = elastic.supernet(model, { sizes: { '**.hidden': eighths }, tied: true });
    const evaluate = (of: core.Module): number => tf.tidy(() => (classes.loss(of, classes.batch(1, 0), core.Context.create()) as tf.Scalar).dataSync()[0]); // prettier-ignore
    const budget = { parameters: 250 };
    const chosen = await elastic.select(net, { budget, evaluate });
    const { model: own } = elastic.extract(model, net.choice(chosen.point));
    expect(own.countParameters()).toBe(chosen.cost);
    expect(chosen.cost).toBeLessThanOrEqual(250);
    expect(evaluate(own)).toBeCloseTo(chosen.loss, 5);
    [model, own].forEach((each) => each.dispose());
  });
});

describe('Sorted Fine-Tuning [sorted-llama-soft]', () => {
  const model = models.denseTransformer({ layers: 8, width: 8, heads: 2, contextLength: 6, vocabSize: 13 });
  const net = elastic.supernet(model, { depths: { layers: [2, 4, 6, 8] } });
  const ids = tf.tensor2d([[1, 2, 3, 4, 9, 12]], [1, 6], 'int32');

  /** By hand: the first n blocks, then the last norm and the head. */
  const exit = (n: number): tf.Tensor => {
    const modules = model.modules();
    const ctx = core.Context.create();
    const run = (path: string, x: tf.Tensor): tf.Tensor => modules.get(path)!.apply(x, ctx.within(path));
    const places = tf.range(0, 6, 1, 'int32');
    let x = run('tokens', ids).add(run('positions', places));
    for (let i = 0; i < n; i++) {
      x = run(`layers.${i}`, x);
    }
    return run('head', run('norm', x));
  };

  test('an exit is the first blocks with the shared norm and head, in place and extracted', () => {
    for (const layers of [2, 4, 6, 8]) {
      const wanted = tf.tidy(() => exit(layers).dataSync());
      const given = tf.tidy(() => net.subnet({ layers }).apply(ids, core.Context.create()).dataSync());
      expectClose(given, wanted, 1e-6);
      const { model: own } = elastic.extract(model, net.choice({ layers }));
      expectClose(outputOf(own, ids), wanted, 1e-6);
      own.dispose();
    }
  });

  test('the losses of all exits are trained at once: the head hears all, the last blocks only the deepest', () => {
    const plain = {
      ...{ kind: 'plain', fixed: {}, batch: () => 0 },
      loss: (of: core.Module, _batch: number, ctx: core.Context) => of.apply(ids, ctx).square().mean<tf.Scalar>()
    };
    const task = elastic.task(plain, net, { sampler: elastic.every() });
    const paths = ['head.weight', 'layers.1.feedForward.w1.weight', 'layers.7.feedForward.w1.weight'];
    const variables = paths.map((path) => model.parameters().get(path)!.variable);
    const gradients = (loss: () => tf.Scalar): Float32Array[] =>
      tf.tidy(() => {
        const { grads } = tf.variableGrads(loss, variables);
        return variables.map(({ name }) => grads[name].dataSync<'float32'>());
      });
    const terms = (): tf.Scalar[] => Object.values(task.loss(model, task.batch(1, 0), core.Context.create()));
    expect(tf.tidy(() => terms().length)).toBe(4);
    const together = gradients(() => tf.addN(terms()));
    const byHand = gradients(() => tf.addN([2, 4, 6, 8].map((n) => exit(n).square().mean<tf.Scalar>())).div(4));
    const deepest = gradients(() => exit(8).square().mean<tf.Scalar>().div(4));
    together.forEach((values, i) => expectClose(values, byHand[i], 1e-6));
    expectClose(together[2], deepest[2], 1e-6);
    [0, 1].forEach((i) => expect(Math.max(...together[i].map((v, j) => Math.abs(v - deepest[i][j])))).toBeGreaterThan(1e-4)); // prettier-ignore
  });
});
