import { readdirSync } from 'fs';
import { mkdtempSync, rmSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { core, elastic, models, routers, tf, train } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { spread } from '../../../support/gradients';
import { outputOf, valuesOf } from '../../../support/networks';
import { expectClose } from '../../../support/numeric';

const { Context, Random } = core;
const inputs = spread([12, 5]);
const labels = Array.from({ length: 12 }, (_, i) => i % 3);
const classes = train.tasks.classification({ inputs, labels, batchSize: 6, validation: { inputs, labels } });
const mlp = (seed = 1): models.Mlp => models.mlp({ inputWidth: 5, hidden: [8, 8], outputWidth: 3, seed });
const quiet = { progress: false, warmup: 0, schedule: 'constant', evaluateEvery: 0 } as const;
const HALVES = { sizes: { '**.hidden': [0.5, 1] } };

const SAMPLERS: Record<string, elastic.SliceSampler> = {
  sandwich: elastic.sandwich({ random: 1 }),
  uniform: elastic.uniform({ count: 2 }),
  every: elastic.every(),
  topologicalImportance: elastic.topologicalImportance(),
  progressive: elastic.progressive({
    phases: [
      { steps: 2, open: {} },
      { steps: 2, open: { '**': 2 } }
    ],
    count: 3
  })
};

describe.each(Object.entries(SAMPLERS))('%s', (name, sampler) => {
  test('names slices by step and seed alone, as data, and trains: the losses are those of the extracted models', () => {
    const model = mlp();
    const net = elastic.supernet(model, HALVES);
    const at = (step: number, seed: number) => sampler.points(net, step, Random.fromSeed(seed));
    expect(at(4, 1)).toEqual(at(4, 1));
    expect(JSON.parse(JSON.stringify(sampler.options))).toEqual(sampler.options);
    expect(sampler.kind).toBe(name);
    at(4, 1).forEach((point) => expect(() => net.choice(point)).not.toThrow());
    const task = elastic.task(classes, net, { sampler });
    const batch = task.batch(5, 2) as elastic.ElasticBatch<never>;
    const losses = batch.points.map((point) => {
      const { model: small } = elastic.extract(model, net.choice(point));
      const ctx = Context.create();
      const loss = tf.tidy(() => (classes.loss(small, batch.batch, ctx) as tf.Scalar).dataSync()[0]);
      small.dispose();
      return loss / batch.points.length;
    });
    const ctx = Context.create({ training: true });
    const terms = tf.tidy(() => Object.values(task.loss(model, batch, ctx)).map((each: tf.Scalar) => each.dataSync()[0])); // prettier-ignore
    ctx.dispose();
    expectClose(terms, losses, 1e-5);
    const stepper = train.stepper(model, task, { steps: 3, warmup: 0 });
    stepper.step();
    const { numTensors } = tf.memory();
    stepper.step();
    stepper.step();
    expect(tf.memory().numTensors).toBe(numTensors);
    stepper.dispose();
    model.dispose();
  });

  test('is resumed bit for bit, and with no other sampler', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'switchyard-elastic-'));
    const trained = async (steps: number, options: Partial<train.TaskFitOptions>, by = sampler) => {
      const model = mlp();
      const task = elastic.task(classes, elastic.supernet(model, HALVES), { sampler: by, distillation: {} });
      await train.fit(model, task, { ...quiet, steps, seed: 3, ...options });
      const values = valuesOf(model);
      model.dispose();
      return values;
    };
    const whole = await trained(6, {});
    await trained(3, { checkpoint: { path: folder } });
    expect(await trained(6, { resume: folder })).toEqual(whole);
    const other = elastic.uniform({ count: 5 });
    await expect(trained(6, { resume: folder }, other)).rejects.toThrow("train.fit: sampler must be the checkpoint's");
    rmSync(folder, { recursive: true });
  });
});

test('no sampler is left out', () => {
  const folder = join(import.meta.dirname, '../../../../kernel-lib/src/train/elastic');
  const parts = ['coverage', 'index', 'task', 'sliceLoss', 'distance', 'sampler', 'stitchTask', 'pathChain'];
  const files = readdirSync(folder).map((file) => file.replace('.ts', '')).filter((file) => !parts.includes(file)); // prettier-ignore
  expect(Object.keys(SAMPLERS).sort()).toEqual(files.sort());
});

test('progressive: only the largest slice, then the two largest values, then three', () => {
  const model = mlp();
  const net = elastic.supernet(model, { sizes: { '**.hidden': [0.25, 0.5, 1] } });
  const phases: elastic.ShrinkingPhase[] = [
    { steps: 2, open: {} },
    { steps: 3, open: { '**': 2 } },
    { steps: 1, open: { '0.hidden': 3 } }
  ];
  const sampler = elastic.progressive({ phases: [...phases.slice(0, 2), { steps: 1, open: { 'hidden#2': 3 } }], count: 40 }); // prettier-ignore
  const seen = (step: number): number[][] => {
    const points = sampler.points(net, step, Random.fromSeed(step));
    return net.dimensions.map(({ name }) => [...new Set(points.map((point) => point[name]))].sort());
  };
  expect(net.dimensions.map(({ name }) => name)).toEqual(['hidden', 'hidden#2']);
  expect(seen(2)).toEqual([[1], [1]]);
  expect([seen(3), seen(5)]).toEqual([[[0.5, 1], [0.5, 1]], [[0.5, 1], [0.5, 1]]]); // prettier-ignore
  const strange = elastic.progressive({ phases });
  expect(() => strange.points(net, 1, Random.fromSeed(0))).toThrow('elastic.progressive: phases must open dimensions (hidden, hidden#2), got 0.hidden'); // prettier-ignore
  const points = sampler.points(net, 99, Random.fromSeed(1));
  expect(new Set(points.map((point) => point['hidden#2'])).size).toBe(3);
  expect(new Set(points.map((point) => point.hidden)).size).toBe(2);
  model.dispose();
});

test('values that no slice of a step reads stay, whatever momentum and decay say; those that are read move (DetNAS#3, DS-Net#7)', () => {
  const model = mlp();
  const net = elastic.supernet(model, HALVES);
  const largestFirst: elastic.SliceSampler = {
    ...{ kind: 'two phases', options: {} },
    points: ({ largest, smallest }, step) => [step <= 3 ? largest : smallest]
  };
  const task = elastic.task(classes, net, { sampler: largestFirst });
  const stepper = train.stepper(model, task, { steps: 6, warmup: 0, weightDecay: 0.5, schedule: 'constant' });
  [1, 2, 3].forEach(() => stepper.step());
  const before = valuesOf(model);
  [4, 5, 6].forEach(() => stepper.step());
  const reach = net.subnet(net.smallest).reach();
  Object.entries(valuesOf(model)).forEach(([path, values]) => {
    const cells = reach.get(path)?.dataSync() ?? new Float32Array(values.length).fill(1);
    values.forEach((value, i) =>
      cells[i] === 1 ? expect(value).not.toBe(before[path][i]) : expect(value).toBe(before[path][i])
    );
    expect(cells.some((cell) => cell === 0)).toBe(path !== '2.bias');
  });
  reach.forEach((each) => each?.dispose());
  stepper.dispose();
  model.dispose();
});

test('blocks that every slice of a step leaves out stay as they are', () => {
  const model = models.denseTransformer({ layers: 2, width: 8, heads: 2, contextLength: 4, vocabSize: 9 });
  const net = elastic.supernet(model, { depths: { layers: [1, 2] } });
  const ids = tf.tensor2d([[1, 2, 3, 4]], [1, 4], 'int32');
  const plain: train.Task<number> = {
    ...{ kind: 'plain', fixed: {}, batch: (step) => step },
    loss: (of, _batch, ctx) => of.apply(ids, ctx).square().mean<tf.Scalar>()
  };
  const sampler = elastic.every({ points: [net.largest] });
  const run = (points: elastic.SliceSampler): Record<string, Float32Array> => {
    const stepper = train.stepper(model, elastic.task(plain, net, { sampler: points }), { steps: 2, warmup: 0 });
    stepper.step();
    stepper.dispose();
    return valuesOf(model);
  };
  const first = run(sampler);
  const second = run(elastic.every({ points: [net.smallest] }));
  Object.entries(second).forEach(
    ([path, values]) =>
    /^layers.1/.test(path) ? expect(values).toEqual(first[path]) : path !== 'positions.weight' && expect(values, path).not.toEqual(first[path]) // prettier-ignore
  );
  model.dispose();
});

describe('distillation', () => {
  const grads = (model: core.Module, loss: () => tf.Scalar): Map<string, number[]> => {
    const out = new Map<string, number[]>();
    tf.tidy(() => {
      const parameters = [...model.parameters()];
      const { grads: found } = tf.variableGrads(
        loss,
        parameters.map(([, { variable }]) => variable)
      );
      parameters.forEach(([path, { variable }]) => out.set(path, Array.from(found[variable.name].dataSync())));
    });
    return out;
  };

  test('in place: the whole learns by the task, a slice from what the whole says, and no gradient goes back there', () => {
    const model = mlp();
    const net = elastic.supernet(model, HALVES);
    const options = { sampler: elastic.sandwich({ random: 0 }), distillation: { temperature: 2, hardLoss: 0.5 } };
    const task = elastic.task(classes, net, options);
    const batch = task.batch(1, 0) as elastic.ElasticBatch<{ rows: Int32Array; labels: Int32Array }>;
    const rows = tf.gather(inputs, tf.tensor1d(batch.batch.rows, 'int32'));
    const teacher = tf.tensor(outputOf(model, rows), [6, 3]);
    const { model: small } = elastic.extract(model, net.choice(net.smallest));
    const student = tf.tensor(outputOf(small, rows), [6, 3]);
    const [p, q] = [teacher, student].map((y) => tf.softmax(y.div(2)));
    const soft = 4 * p.mul(p.log().sub(q.log())).sum(1).mean().dataSync()[0];
    const hard = (of: core.Module) => tf.tidy(() => (classes.loss(of, batch.batch, Context.create()) as tf.Scalar).dataSync()[0]); // prettier-ignore
    const terms = (): tf.Scalar[] => Object.values(task.loss(model, batch, Context.create()));
    const given = tf.tidy(() => terms().map((each) => each.dataSync()[0]));
    expectClose(given, [hard(model) / 2, (soft + 0.5 * hard(small)) / 2], 1e-5);
    // What the slice does not read has the gradient of the whole's own loss, halved as that is.
    const plain = grads(model, () => classes.loss(model, batch.batch, Context.create()) as tf.Scalar);
    const all = grads(model, () => tf.addN(terms()));
    const last = (values: number[]): number[] => values.slice(12);
    expectClose(last(all.get('2.weight')!), last(plain.get('2.weight')!).map((value) => value / 2), 1e-5); // prettier-ignore
    [model, small].forEach((each) => each.dispose());
  });

  test('from another model, at a module inside, by the squared distance', () => {
    const [model, teacher] = [1, 5].map((seed) => mlp(seed));
    const net = elastic.supernet(model, { sizes: { hidden: [0.5, 1] } });
    const points = [net.smallest];
    const distillation = { teacher, at: '1', distance: 'squared' } as const;
    const task = elastic.task(classes, net, { sampler: elastic.every({ points }), distillation });
    const batch = task.batch(1, 0) as elastic.ElasticBatch<{ rows: Int32Array; labels: Int32Array }>;
    const rows = tf.gather(inputs, tf.tensor1d(batch.batch.rows, 'int32'));
    const inside = (of: core.Module): tf.Tensor => {
      const weights = of.parameters();
      const read = (path: string): tf.Tensor2D => weights.get(path)!.read() as tf.Tensor2D;
      return tf.relu(tf.matMul(rows as tf.Tensor2D, read('0.weight'))).matMul(read('1.weight'));
    };
    const { model: small } = elastic.extract(model, net.choice(net.smallest));
    const wanted = tf.tidy(() => inside(teacher).sub(inside(small)).square().mean().dataSync()[0]);
    const [given] = tf.tidy(() => Object.values(task.loss(model, batch, Context.create())).map((each: tf.Scalar) => each.dataSync()[0])); // prettier-ignore
    expectClose([given], [wanted], 1e-5);
    expect(() => elastic.task(classes, net, { distillation: { at: 'nowhere' } })).toThrow('elastic.task: at must be a path of the model and its teacher, got nowhere'); // prettier-ignore
    [model, teacher, small].forEach((each) => each.dispose());
  });

  test('balanced, each loss is as large as the first, and its gradient is scaled with it', () => {
    const model = mlp();
    const net = elastic.supernet(model, HALVES);
    const options = { sampler: elastic.sandwich({ random: 0 }), distillation: {} };
    const [plain, balanced] = [false, true].map((balance) => elastic.task(classes, net, { ...options, balance }));
    const batch = plain.batch(1, 0);
    const value = (of: train.Task): number[] => tf.tidy(() => Object.values(of.loss(model, batch, Context.create())).map((each: tf.Scalar) => each.dataSync()[0])); // prettier-ignore
    const [first, second] = value(plain as train.Task);
    expectClose(value(balanced as train.Task), [first, first], 1e-5);
    expect(second).not.toBeCloseTo(first, 3);
    const of = (task: train.Task) => grads(model, () => Object.values(task.loss(model, batch, Context.create()))[1] as tf.Scalar).get('0.bias')!; // prettier-ignore
    expectClose(
      of(balanced as train.Task),
      of(plain as train.Task).map((each) => (each * first) / second),
      1e-4
    );
    model.dispose();
  });
});

test("running statistics of batch norms are the whole network's; slices are measured with their own", async () => {
  const images = spread([6, 4, 4, 1]);
  const pixels = train.tasks.classification({ inputs: images, labels: [0, 1, 2, 0, 1, 2], batchSize: 6, validation: { inputs: images, labels: [0, 1, 2, 0, 1, 2] } }); // prettier-ignore
  const make = (): models.Resnet => models.resnet({ blocks: [1], channels: 4, inputs: 1, classes: 3, stem: 'small' });
  const [plain, nested] = [make(), make()];
  const net = elastic.supernet(nested, { sizes: { '**.channels': [0.5, 1] } });
  const evaluated = { small: net.smallest };
  await train.fit(plain, pixels, { ...quiet, steps: 1 });
  const run = await train.fit(nested, elastic.task(pixels, net, { evaluated, calibration: images }), { ...quiet, steps: 1, evaluateEvery: 1 }); // prettier-ignore
  const statistics = (of: core.Module) => [...of.buffers().values()].flatMap(({ variable }) => Array.from(variable.dataSync())); // prettier-ignore
  expectClose(statistics(nested), statistics(plain), 1e-6);
  const { model: small } = elastic.extract(nested, net.choice(net.smallest), { calibration: images });
  const { loss } = await pixels.evaluate!(small);
  expect((run.validation[0] as unknown as { slices: { small: number } }).slices.small).toBeCloseTo(loss, 5);
  [plain, nested, small].forEach((each) => each.dispose());
  images.dispose();
});

test('mixtures: fewer and smaller experts are trained, their biases too; the events are of the whole model', async () => {
  const router = routers.topK({ k: 2, balance: { bias: { rate: 0.1 } }, gatingResidual: true });
  const model = models.moeTransformer({ layers: 2, width: 8, heads: 2, contextLength: 4, vocabSize: 9, experts: 4, hidden: 6, router }); // prettier-ignore
  const net = elastic.supernet(model, { sizes: { '**.experts': [0.5, 1], '**.hidden': [0.5, 1] }, tied: true });
  const ids = tf.tensor2d([[1, 2, 3, 4]], [1, 4], 'int32');
  const plain: train.Task<number> = {
    ...{ kind: 'plain', fixed: {}, batch: (step) => step },
    loss: (of, _batch, ctx) => of.apply(ids, ctx).square().mean<tf.Scalar>()
  };
  const experts: number[] = [];
  const stepper = train.stepper(model, elastic.task(plain, net), { steps: 3, warmup: 0 });
  const scalars = stepper.step([core.observer('routing', ({ numExperts }) => void experts.push(numExperts))]);
  expect(experts).toEqual([4, 4]);
  expect(Object.keys(scalars)).toContain('loss/train/slice 3');
  stepper.step();
  const bias = model.buffers().get('layers.0.moe.router.selectionBias')!.variable.dataSync();
  expect(bias.some((each) => each !== 0)).toBe(true);
  stepper.dispose();
  model.dispose();
  await Promise.resolve();
});

test('another model than the supernet has is refused', async () => {
  const [model, other] = [mlp(), mlp()];
  const task = elastic.task(classes, elastic.supernet(model, HALVES));
  expect(() => train.fit(other, task, { ...quiet, steps: 1 })).toThrow("elastic.task: the model must be the supernet's, got mlp"); // prettier-ignore
  expect(() => elastic.every({ points: [] })).toThrow('elastic.every: there must be a point, got none');
  expect(() => elastic.sandwich({ random: -1 })).toThrow('elastic.sandwich: random must be an integer');
  [model, other].forEach((each) => each.dispose());
  await Promise.resolve();
});
