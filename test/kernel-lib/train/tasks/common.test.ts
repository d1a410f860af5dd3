/** @file The battery that every task passes. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { core, generative, graph, io, layers, models, prune, tf, train, type data } from '@switchyard/kernel-lib';
import { afterAll, describe, expect, test } from 'vitest';
import { setValue } from '../../../support/networks';
import { smallModel, smallText } from '../../../support/runs';

const { Context, Random } = core;
const { tasks } = train;
const folder = mkdtempSync(join(tmpdir(), 'switchyard-tasks-'));
afterAll(() => rmSync(folder, { recursive: true }));

interface Member {
  file: string;
  task: () => train.Task;
  /** The same task on other data, whose runs are not to be mixed with its own. */
  other: () => train.Task;
  /** Of the task, with initial parameters of this seed. */
  model: (seed: number) => core.Module;
  /** A case worked out by hand: what the losses of a batch must be, their names aside. */
  hand: { task: () => train.Task; model: (batch: never) => core.Module; expected: (batch: never) => number[] };
}

/** A module without parameters. */
class Computed extends core.Module {
  readonly kind = 'computed';
  readonly vocabSize = 3;
  constructor(private readonly f: (x: tf.Tensor) => tf.Tensor) {
    super();
  }
  override apply(x: tf.Tensor): tf.Tensor {
    return this.f(x);
  }
}

const tensors: tf.Tensor[] = [];
afterAll(() => tf.dispose(tensors));
function kept<T extends tf.Tensor>(tensor: T): T {
  tensors.push(tensor);
  return tensor;
}

const inputs = kept(Random.fromSeed(1).normal([10, 3]) as tf.Tensor2D);
const others = kept(Random.fromSeed(2).normal([10, 3]) as tf.Tensor2D);
const labels = [0, 1, 0, 1, 1, 0, 0, 1, 1, 0];
const networkAt = (seed: number) => models.mlp({ inputWidth: 3, hidden: [4], outputWidth: 2, seed });
const images = kept(Random.fromSeed(3).normal([10, 2, 2, 1]));
const VIT = { imageSize: 2, patchSize: 1, classes: 2, layers: 1, width: 2, hidden: 2, ensembleScale: true };
const SDE = generative.variancePreserving();
const linear = (inputWidth: number, outputWidth: number) => (seed: number) =>
  new layers.Linear({ inputWidth, outputWidth, random: Random.fromSeed(seed) });
const constant = (logits: number[]) => () =>
  new Computed((x) => tf.tile(tf.tensor2d([logits]), [x.size / x.shape[x.rank - 1], 1]));

/** Text of three tokens whose every batch is 0, 0, 1. */
const threeTokens: data.TextData = {
  ...{ vocabSize: 3, domains: ['one'], decode: String, validationBatches: () => [] },
  trainBatch: () => ({ tokens: Int32Array.of(0, 0, 1), batchSize: 1, length: 2, domains: Int32Array.of(0) })
};

const { log } = Math;

const cliques = (features = inputs): graph.Graph =>
  graph.fromEdges({
    numNodes: 10,
    edges: labels.flatMap((a, i) => labels.flatMap((b, j) => (i < j && a === b ? [[i, j] as const] : []))),
    undirected: true,
    nodeFeatures: features.arraySync()
  });

/** A ring for each label 1, a complete graph for each label 0. */
const shapes = (scale = 1): graph.Graph[] =>
  labels.map((label, i) => {
    const nodes = 4 + (i % 3);
    const shape = label === 1 ? graph.generators.ring({ nodes }) : graph.generators.complete({ nodes });
    return graph.fromEdges({ ...shape.directedOptions, nodeFeatures: Array.from({ length: nodes }, () => [scale, 1]) });
  });

const single = (features: number[]): graph.Graph =>
  graph.fromEdges({ numNodes: 1, edges: [], nodeFeatures: [features] });

/** Graphs whose node of the label's number holds something else than the others. */
const marked = (mark = 1): graph.Graph[] =>
  labels.map((label, i) => graph.fromEdges({ ...graph.generators.ring({ nodes: 4 + (i % 3) }).directedOptions, nodeFeatures: Array.from({ length: 4 + (i % 3) }, (_, node) => [node === label ? mark : 0, 1]) })); // prettier-ignore

/** Nodes without edges, with a value each. */
const column = (values: number[]): graph.Graph =>
  graph.fromEdges({ numNodes: values.length, edges: [], nodeFeatures: values.map((value) => [value]) });

const MEMBERS: Record<string, Member> = {
  language: {
    file: 'language',
    task: () => tasks.language(smallText(), { batchSize: 4, evaluateBatches: 1 }),
    other: () => tasks.language(threeTokens, { batchSize: 4 }),
    model: (seed) => smallModel({ seed }),
    hand: {
      task: () => tasks.language(threeTokens),
      model: () => new Computed((x) => tf.tile(tf.tensor1d([log(2), 0, 0]), [x.size]).reshape([...x.shape, 3])),
      // Half the probability is the first token's, a quarter each of the others.
      expected: () => [(log(2) + log(4)) / 2]
    }
  },
  classification: {
    file: 'classification',
    task: () => tasks.classification({ inputs, labels, batchSize: 4, validation: { inputs: others, labels } }),
    other: () => tasks.classification({ inputs, labels: labels.map((label) => 1 - label), batchSize: 4 }),
    model: linear(3, 2),
    hand: {
      task: () => tasks.classification({ inputs: kept(tf.tensor2d([[log(3), 0], [0, 0]])), labels: [0, 1], batchSize: 2 }), // prettier-ignore
      model: () => new Computed((x) => x.clone()),
      expected: () => [(-log(3 / 4) + log(2)) / 2]
    }
  },
  distillation: {
    file: 'distillation',
    task: () =>
      tasks.distillation(
        tasks.classification({ inputs, labels, batchSize: 4, validation: { inputs: others, labels } }),
        {
          ...{ teacher: linear(3, 2)(7), temperature: 2, hardLoss: 0.5 }
        }
      ),
    other: () =>
      tasks.distillation(tasks.classification({ inputs: others, labels, batchSize: 4 }), {
        ...{ teacher: linear(3, 2)(7), temperature: 2, hardLoss: 0.5 }
      }),
    model: linear(3, 2),
    hand: {
      // At temperature 2 the teacher says 3/4 and 1/4, the student 1/2 each.
      task: () =>
        tasks.distillation(tasks.classification({ inputs, labels, batchSize: 4 }), {
          ...{ teacher: constant([2 * log(3), 0])(), temperature: 2, hardLoss: 0.5 }
        }),
      model: constant([0, 0]),
      expected: () => [4 * (0.75 * log(1.5) + 0.25 * log(0.5)), 0.5 * log(2)]
    }
  },
  featureDistillation: {
    file: 'featureDistillation',
    task: () =>
      tasks.featureDistillation(
        tasks.classification({ inputs, labels, batchSize: 4, validation: { inputs: others, labels } }),
        { teacher: linear(3, 2)(7), features: { '': '' }, weight: 0.5 }
      ),
    other: () =>
      tasks.featureDistillation(tasks.classification({ inputs: others, labels, batchSize: 4 }), {
        ...{ teacher: linear(3, 2)(7), features: { '': '' }, weight: 0.5 }
      }),
    model: linear(3, 2),
    hand: {
      task: () =>
        tasks.featureDistillation(tasks.classification({ inputs, labels, batchSize: 4 }), {
          ...{ teacher: constant([3, 1])(), features: { '': '' }, weight: 0.5 }
        }),
      model: constant([0, 0]),
      expected: () => [log(2), 0.5 * ((9 + 1) / 2)]
    }
  },
  metaPruning: {
    file: 'metaPruning',
    task: () => tasks.metaPruning(tasks.classification({ inputs, labels, batchSize: 4 }), { networks: [networkAt(1), networkAt(2)], sparsity: 0.5 }), // prettier-ignore
    other: () => tasks.metaPruning(tasks.classification({ inputs: others, labels, batchSize: 4 }), { networks: [networkAt(1), networkAt(2)], sparsity: 0.5 }), // prettier-ignore
    model: (seed) => prune.metanetwork({ width: 3, seed }),
    hand: {
      // Untrained it changes nothing: of the weights (log 3, 0.1) the smaller goes.
      task: () => {
        const network = models.mlp({ inputWidth: 1, hidden: [], outputWidth: 2 });
        setValue(network, '0.weight', () => tf.tensor2d([[log(3), 0.1]]));
        return tasks.metaPruning(tasks.classification({ inputs: kept(tf.tensor2d([[1], [0]])), labels: [0, 1], batchSize: 2 }), { networks: [network], sparsity: 0.5 }); // prettier-ignore
      },
      model: () => prune.metanetwork({ width: 3 }),
      expected: () => [(-log(3 / 4) + log(2)) / 2]
    }
  },
  moduleDistillation: {
    file: 'moduleDistillation',
    task: () =>
      tasks.moduleDistillation(tasks.classification({ inputs, labels, batchSize: 4 }), {
        ...{ meta: new layers.Sequential([linear(3, 3)(5), linear(3, 2)(6)]), at: '0', teacher: linear(3, 3)(7) }
      }),
    other: () =>
      tasks.moduleDistillation(tasks.classification({ inputs: others, labels, batchSize: 4 }), {
        ...{ meta: new layers.Sequential([linear(3, 3)(5), linear(3, 2)(6)]), at: '0', teacher: linear(3, 3)(7) }
      }),
    model: linear(3, 3),
    hand: {
      // The meta model passes its one module's output on: at temperature 2 the teacher says 3/4 and 1/4, the student 1/2 each.
      task: () =>
        tasks.moduleDistillation(tasks.classification({ inputs, labels, batchSize: 4 }), {
          ...{ meta: new layers.Sequential([linear(3, 2)(5)]), at: '0', teacher: constant([2 * log(3), 0])(), temperature: 2 } // prettier-ignore
        }),
      model: constant([0, 0]),
      expected: () => [4 * (0.75 * log(1.5) + 0.25 * log(0.5))]
    }
  },
  'graph-classification': {
    file: 'graphClassification',
    task: () => tasks.graphClassification({ graphs: shapes(), labels, batchSize: 4, validation: { graphs: shapes(), labels } }), // prettier-ignore
    other: () => tasks.graphClassification({ graphs: shapes(2), labels, batchSize: 4 }),
    model: (seed) => models.graphNetwork({ inputWidth: 2, hidden: 4, outputWidth: 2, layers: 2, layer: graph.gin(), readout: 'mean', seed }), // prettier-ignore
    hand: {
      task: () =>
        tasks.graphClassification({ graphs: [single([log(3), 0]), single([0, 0])], labels: [0, 1], batchSize: 2 }),
      // One node a graph: a row of the nodes is a row for each graph.
      model: () => new Computed((x) => x.clone()),
      expected: () => [(-log(3 / 4) + log(2)) / 2]
    }
  },
  'source-localization': {
    file: 'sourceLocalization',
    task: () => tasks.sourceLocalization({ graphs: marked(), sources: labels, batchSize: 4, validation: { graphs: marked(), sources: labels } }), // prettier-ignore
    other: () => tasks.sourceLocalization({ graphs: marked(2), sources: labels, batchSize: 4 }), // prettier-ignore
    model: (seed) => models.graphNetwork({ inputWidth: 2, hidden: 4, outputWidth: 1, layers: 2, layer: graph.sage(), seed }), // prettier-ignore
    hand: {
      // Shares of 3 in 4 and of 1 in 3, among the nodes of each graph alone.
      task: () => tasks.sourceLocalization({ graphs: [column([log(3), 0]), column([0, 0, 0])], sources: [0, 2], batchSize: 2 }), // prettier-ignore
      model: () => new Computed((x) => x.clone()),
      expected: () => [(-log(3 / 4) + log(3)) / 2]
    }
  },
  'node-classification': {
    file: 'nodeClassification',
    task: () => tasks.nodeClassification({ graph: cliques(), labels, training: [0, 1, 2, 3, 4, 5], validation: [6, 7, 8], batchSize: 4 }), // prettier-ignore
    other: () => tasks.nodeClassification({ graph: cliques(others), labels, training: [0, 1, 2, 3, 4, 5], batchSize: 4 }), // prettier-ignore
    model: (seed) => models.graphNetwork({ inputWidth: 3, hidden: 4, outputWidth: 2, layers: 2, layer: graph.gcn(), seed }), // prettier-ignore
    hand: {
      // Of three nodes the first two are trained on; the third, of no class that counts, is not.
      task: () => tasks.nodeClassification({ graph: graph.fromEdges({ numNodes: 3, edges: [], nodeFeatures: [[log(3), 0], [0, 0], [9, 0]] }), labels: [0, 1, -1], training: [true, true, false] }), // prettier-ignore
      model: () => new Computed((x) => x.clone()),
      expected: () => [(-log(3 / 4) + log(2)) / 2]
    }
  },
  pathDistillation: {
    file: 'pathDistillation',
    task: () => tasks.pathDistillation(tasks.classification({ inputs: images, labels, batchSize: 4, validation: { inputs: images, labels } }), { short: [0, 1] }), // prettier-ignore
    other: () => tasks.pathDistillation(tasks.classification({ inputs: images, labels: labels.map((label) => 1 - label), batchSize: 4 }), { short: [0, 1] }), // prettier-ignore
    model: (seed) => models.vit({ ...VIT, layers: 2, seed }),
    hand: {
      task: () => tasks.pathDistillation(tasks.classification({ inputs: images, labels: labels.map(() => 0), batchSize: 4 }), { short: [0], temperature: 2, weight: 0.5 }), // prettier-ignore
      // What comes in is scaled away, the feed-forward network too, and attention adds (1, -1): all paths say 9/10, and 3/4 at temperature 2, none 1/2.
      model: () => {
        const model = models.vit(VIT);
        setValue(model, 'layers.scales', (value) => value.mul(tf.tensor2d([[0], [1], [0]])));
        setValue(model, 'layers.0.attention.output.weight', (value) => value.zerosLike());
        setValue(model, 'layers.0.attention.output.bias', () => tf.tensor1d([1, -1]));
        setValue(model, 'head.weight', () => tf.tensor2d([[2 * log(3), 0], [0, 0]])); // prettier-ignore
        return model;
      },
      expected: () => [-log(0.9), 0.5 * 4 * (0.75 * log(1.5) + 0.25 * log(0.5))]
    }
  },
  regression: {
    file: 'regression',
    task: () =>
      tasks.regression({ inputs, targets: others, batchSize: 4, validation: { inputs: others, targets: inputs } }),
    other: () => tasks.regression({ inputs, targets: inputs, batchSize: 4 }),
    model: linear(3, 3),
    hand: {
      task: () =>
        tasks.regression({
          inputs: kept(tf.tensor2d([[1], [3]])),
          targets: kept(tf.tensor2d([[2], [1]])),
          batchSize: 2
        }),
      model: () => new Computed((x) => x.clone()),
      expected: () => [(1 + 4) / 2]
    }
  },
  flow: {
    file: 'flow',
    task: () => tasks.flow({ data: inputs, batchSize: 4 }),
    other: () => tasks.flow({ data: others, batchSize: 4 }),
    model: linear(5, 3),
    hand: {
      task: () => tasks.flow({ data: kept(tf.zeros([6, 2])), batchSize: 5 }),
      // Where all data are 0, x is (1 - t) noise and the velocity -noise; this is 2 beside it.
      model: () =>
        new Computed((x) => {
          const [points, time] = tf.split(x, [2, 2], 1);
          return points
            .neg()
            .div(time.slice([0, 0], [-1, 1]).mul(-1).add(1))
            .add(2);
        }),
      expected: () => [4]
    }
  },
  scoreMatching: {
    file: 'scoreMatching',
    task: () => tasks.scoreMatching({ data: inputs, sde: SDE, batchSize: 4 }),
    other: () => tasks.scoreMatching({ data: others, sde: SDE, batchSize: 4 }),
    model: linear(5, 3),
    hand: {
      task: () => tasks.scoreMatching({ data: kept(tf.ones([6, 2])), sde: SDE, batchSize: 5 }),
      // Where all data are 1, x is the scale and the noise times its deviation; this is 2 beside the noise.
      model: () =>
        new Computed((x) => {
          const rows = (x as tf.Tensor2D).arraySync().map(([a, b, t]) => {
            const { scale, deviation } = SDE.marginal(t);
            return [a, b].map((each) => (each - scale) / deviation + 2);
          });
          return tf.tensor2d(rows);
        }),
      expected: () => [4]
    }
  },
  flowPosterior: {
    file: 'flowPosterior',
    task: () => tasks.flowPosterior({ parts: [inputs, others], batchSize: 4 }),
    other: () => tasks.flowPosterior({ parts: [others, inputs], batchSize: 4 }),
    model: linear(5, 2),
    hand: {
      task: () => tasks.flowPosterior({ parts: [inputs, kept(others.slice([0, 0], [5, -1]))], batchSize: 6 }),
      model: constant([log(3), 0]),
      expected: ({ random }: train.tasks.FlowBatch) => {
        const rows = tf.tidy(() => random.child('rows').uniform([6], 0, 15).floor().dataSync());
        const first = Array.from(rows).filter((row) => row < 10).length;
        expect(first).toBeGreaterThan(0);
        expect(first).toBeLessThan(6);
        return [-(first * log(3 / 4) + (6 - first) * log(1 / 4)) / 6];
      }
    }
  }
};

const SHORT: train.TaskFitOptions = { steps: 6, seed: 1, progress: false };

function bits(model: core.Module): Record<string, number[]> {
  const entries = [...io.modelVariables(model)].map(([path, variable]) => {
    const values = variable.dataSync();
    return [path, Array.from(new Uint32Array(values.buffer, values.byteOffset, values.length))] as const;
  });
  return Object.fromEntries(entries);
}

describe.each(Object.keys(MEMBERS))('the task %s', (name) => {
  const member = MEMBERS[name];
  const bound = (task = member.task()): train.Task => task.on?.(member.model(1)) ?? task;

  test('has batches that are functions of step and seed alone', () => {
    const task = bound();
    const first = task.batch(3, 1);
    expect(task.batch(3, 2)).not.toEqual(first);
    expect(task.batch(4, 1)).not.toEqual(first);
    expect(task.batch(3, 1)).toEqual(first);
    expect(bound().batch(3, 1)).toEqual(first);
  });

  test('has the loss that was worked out by hand', () => {
    const task = member.hand.task();
    const batch = task.batch(1, 1) as never;
    const ctx = Context.create({ training: true });
    const losses = tf.tidy(() => {
      const loss = task.loss(member.hand.model(batch), batch, ctx);
      return (loss instanceof tf.Tensor ? [loss] : Object.values(loss)).map((each) => each.dataSync()[0]);
    });
    ctx.dispose();
    const expected = member.hand.expected(batch);
    expect(losses).toHaveLength(expected.length);
    expected.forEach((value, i) => expect(losses[i]).toBeCloseTo(value, 5));
  });

  test('is resumed bit for bit, from its own data only', async () => {
    const checkpoint = { path: join(folder, name) };
    const straight = member.model(1);
    const whole = await train.fit(straight, member.task(), SHORT);
    const half: train.Run<train.Metrics> = train.fit(member.model(1), member.task(), {
      ...SHORT,
      checkpoint,
      watch: { start() {}, end() {}, step: ({ step }) => step === 3 && half.stop() }
    });
    expect((await half).steps).toBe(3);
    const resumed = member.model(2);
    const before = bits(resumed);
    for (const [task, options, rule] of [
      [member.other(), {}, "the data must be the checkpoint's"],
      [member.task(), { seed: 2 }, "seed must be the checkpoint's (1)"]
    ] as const) {
      expect(() => train.fit(resumed, task, { ...SHORT, ...options, resume: checkpoint.path })).toThrow(rule);
    }
    expect(bits(resumed)).toEqual(before);
    const rest = await train.fit(resumed, member.task(), { ...SHORT, resume: checkpoint.path });
    expect(bits(resumed)).toEqual(bits(straight));
    expect({ ...rest, seconds: 0 }).toEqual({ ...whole, seconds: 0 });
  });

  test('leaves no tensor behind, and none grows over a run', async () => {
    const [model, task] = [member.model(1), member.task()];
    const before = tf.memory().numTensors;
    const counts: number[] = [];
    const watch: train.Watcher = { start() {}, end() {}, step: () => counts.push(tf.memory().numTensors) };
    const result = await train.fit(model, task, { ...SHORT, watch });
    expect(new Set(counts).size).toBe(1);
    expect(tf.memory().numTensors).toBe(before);
    expect(result.losses).toHaveLength(SHORT.steps);
  });

  test('ends after its step when it is interrupted, and keeps what it learned', async () => {
    const model = member.model(1);
    const before = bits(model);
    const already = process.listeners('SIGINT');
    const interrupt = (): void =>
      process
        .listeners('SIGINT')
        .filter((listener) => !already.includes(listener))
        .forEach((listener) => listener('SIGINT'));
    const watch: train.Watcher = { start() {}, end() {}, step: ({ step }) => step === 2 && interrupt() };
    const result = await train.fit(model, member.task(), { ...SHORT, steps: 1000, evaluateEvery: 0, watch });
    expect(result).toMatchObject({ status: 'stopped', steps: 2 });
    expect(bits(model)).not.toEqual(before);
    expect(process.listeners('SIGINT')).toEqual(already);
  });

  test('lowers its loss', async () => {
    const model = member.model(1);
    const { losses } = await train.fit(model, member.task(), {
      ...SHORT,
      steps: 60,
      evaluateEvery: 0,
      learningRate: 0.02
    });
    const mean = (values: number[]) => values.reduce((sum, x) => sum + x, 0) / values.length;
    expect(mean(losses.slice(-10))).toBeLessThan(mean(losses.slice(0, 10)));
  });
});

test('every file of the folder is a member of the battery, and in the index', () => {
  const home = join(__dirname, '../../../../kernel-lib/src/train/tasks');
  const files = readdirSync(home).flatMap((file) => (file.endsWith('.ts') ? [file.replace(/\.ts$/, '')] : []));
  const index = readFileSync(join(home, 'index.ts'), 'utf8');
  const listed = new Set(Object.values(MEMBERS).map(({ file }) => file));
  expect(new Set(files.filter((file) => !['index', 'task'].includes(file)))).toEqual(listed);
  listed.forEach((file) => expect(index, file).toContain(`export { ${file} } from './${file}'`));
});
