import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { core, io, layers, models, prune, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { spread } from '../../../support/gradients';
import { outputOf, setValue, valuesOf } from '../../../support/networks';
import { expectClose, expectNoLeak } from '../../../support/numeric';

// Public faults of pruning tools, each by the kind of what goes wrong and the thread that tells of it (TP: VainF/Torch-Pruning).

const { Axis, Random } = core;
const random = Random.fromSeed(5);
const SIZE = { layers: 2, width: 8, heads: 4, contextLength: 6, vocabSize: 13, hidden: 16, seed: 2 };
const ids = tf.tensor2d([[1, 2, 3, 4]], [1, 4], 'int32');

/** Two maps side by side, "a" and "b", and one map, "out", that reads what `joined` makes of them. */
class Wired extends core.Module {
  readonly kind = 'test-wired';
  private readonly a: layers.Linear;
  private readonly b: layers.Linear;
  private readonly out: layers.Linear;

  constructor(
    axes: { a: core.Axis; b: core.Axis; read: core.Axis },
    private readonly joined: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor
  ) {
    super();
    const linear = (name: string, inputWidth: core.Size, outputWidth: core.Size): layers.Linear =>
      this.addChild(name, new layers.Linear({ inputWidth, outputWidth, random: random.child(name) }));
    const inputs = Axis.of('inputs', 3).pin('the data have them');
    this.a = linear('a', inputs, axes.a);
    this.b = linear('b', inputs, axes.b);
    this.out = linear('out', axes.read, Axis.of('outputs', 2).pin('the data have them'));
    // Biases that are not 0: what is cut must take its bias with it.
    [...this.parameters()].forEach(([path, each]) => each.assign(spread(each.shape, path.length)));
  }

  override apply(x: tf.Tensor, ctx: core.Context): tf.Tensor {
    return tf.tidy(() => {
      const [a, b] = [this.a.apply(x, ctx.within('a')).relu(), this.b.apply(x, ctx.within('b')).relu()];
      return this.out.apply(this.joined(a, b), ctx.within('out'));
    });
  }
}

/** Cuts each group in turn; what is left must compute what a model computes whose positions give 0. */
function expectCuts(make: () => Wired, expected: Record<string, number>): void {
  const whole = make();
  const sizes = [...prune.groups(whole)].filter(([, { pinned }]) => pinned === null);
  expect(Object.fromEntries(sizes.map(([name, { members }]) => [name, members.length]))).toEqual(expected);
  whole.dispose();
  for (const name of Object.keys(expected)) {
    const [cut, zeroed] = [make(), make()];
    const group = prune.groups(cut).get(name)!;
    group.axis.keep(Array.from({ length: group.size }, (_, i) => i).filter((i) => i !== 1));
    // A position that gives 0: its row of the map that makes it is 0, and so is its bias.
    const { axis } = prune.groups(zeroed).get(name)!;
    zeroed.parameters().forEach((parameter, path) => {
      const dimension = parameter.axes.length - 1;
      if (!path.startsWith('out')) {
        const alive = Float32Array.from(parameter.axes[dimension].placesOf(axis), (position) =>
          position === 1 ? 0 : 1
        );
        setValue(zeroed, path, (value) => value.mul(tf.tensor1d(alive)));
      }
    });
    const x = spread([4, 3]);
    const wanted = outputOf(zeroed, x);
    expectClose(outputOf(cut, x), wanted, 1e-6);
    core.shrink(cut);
    expectClose(outputOf(cut, x), wanted, 1e-6);
    [cut, zeroed].forEach((each) => each.dispose());
  }
}

describe('what goes together', () => {
  test('one producer twice in a concatenation: its width counts twice (TP#146)', () => {
    const a = Axis.of('a', 3);
    const axes = { a, b: a, read: Axis.sum('both', a, a) };
    expectCuts(() => new Wired(fresh(axes), (x, y) => tf.concat([x, y], 1)), { a: 5 });
  });

  test('two producers in a concatenation are two groups (TP#481)', () => {
    expectCuts(
      () => {
        const [a, b] = [Axis.of('a', 3), Axis.of('b', 4)];
        return new Wired({ a, b, read: Axis.sum('both', a, b) }, (x, y) => tf.concat([x, y], 1));
      },
      { a: 3, b: 3 }
    );
  });

  test('a sum of two producers is one group', () => {
    expectCuts(
      () => {
        const a = Axis.of('a', 3);
        return new Wired({ a, b: a, read: a }, (x, y) => x.add(y));
      },
      { a: 5 }
    );
  });

  test('flattened positions keep their place: of four pixels with three channels each (TP#125, TP#50)', () => {
    expectCuts(
      () => {
        const a = Axis.of('a', 3);
        const read = Axis.product('pixels x channels', Axis.fixed('pixels', 2), a);
        return new Wired({ a, b: a, read }, (x, y) => tf.stack([x, y], 1).reshape([4, -1]));
      },
      { a: 5 }
    );
  });

  test('several outputs in turn of each channel go with it, and as many stay of the others (openvinotoolkit/nncf#986)', () => {
    expectCuts(
      () => {
        const a = Axis.of('a', 3);
        const read = Axis.product('channels x outputs', a, Axis.fixed('outputs', 2));
        return new Wired({ a, b: a, read }, (x, y) => tf.stack([x, y], 2).reshape([4, -1]));
      },
      { a: 5 }
    );
  });

  test('a convolution with one output is not taken for one of each channel (TP#179, microsoft/nni#5736)', () => {
    const channels = Axis.of('channels', 4);
    const conv = new layers.Conv2d({ inputs: channels, outputs: 1, size: 3, random });
    const [group] = [...prune.groups(conv).values()].filter(({ kind }) => kind === 'channels');
    expect(group.members).toEqual([{ path: 'weight', dimension: 2 }]);
    channels.keep([0, 2, 3]);
    core.shrink(conv);
    expect(conv.weight.shape).toEqual([3, 3, 3, 1]);
    conv.dispose();
  });

  test('grouped keys of one head, and a model of one group: said, not silently nothing (TP#461, horseee/LLM-Pruner#64)', () => {
    const grouped = new layers.GroupedAttention({ width: 8, heads: 4, keyValueHeads: 1, random });
    const found = prune.groups(grouped);
    expect(found.get('groups')).toMatchObject({ size: 1 });
    expect(found.get('heads of a group')).toMatchObject({ size: 4 });
    const axis = found.get('heads of a group')!.axis;
    const before = grouped.countParameters();
    axis.keep([0, 1, 3]);
    core.shrink(grouped);
    // A quarter of the queries and of what the output reads.
    expect(before - grouped.countParameters()).toBe(2 * 8 * 2);
    expect(outputOf(grouped, spread([1, 3, 8])).every(Number.isFinite)).toBe(true);
    grouped.dispose();
  });
});

/** The same axes by name, new for each network. */
function fresh({ a, read }: { a: core.Axis; b: core.Axis; read: core.Axis }): Record<'a' | 'b' | 'read', core.Axis> {
  const own = Axis.of('a', a.size);
  return { a: own, b: own, read: Axis.sum(read.name, own, own) };
}

describe('how much goes', () => {
  test('a group that keeps everything is named, with the reason (TP#461)', () => {
    const model = models.denseTransformer({ ...SIZE, layers: 1, hidden: 16 });
    const wholeOf = (options: Partial<prune.StructuredOptions>) => {
      const { model: pruned, report } = prune.structured(model, { ratio: 0.2, ...options });
      pruned.dispose();
      return report.whole.map(({ name, why }) => `${name}: ${why}`);
    };
    expect(wholeOf({})).toEqual(['layers.0.attention.heads: ratio 0.2 of 4 positions is less than one']);
    expect(wholeOf({ ratio: 0.5 })).toEqual([]);
    expect(wholeOf({ ratio: 0.5, maxRatio: 0.2 })).toEqual([
      'layers.0.attention.heads: maxRatio 0.2 of 4 positions is less than one'
    ]);
    expect(wholeOf({ ratio: 0.5, minimum: 4, ratios: { '**.hidden': 0 } })).toEqual([
      'layers.0.attention.heads: at least 4 stay',
      'layers.0.feedForward.hidden: ratio 0'
    ]);
    expect(wholeOf({ include: ['vocabulary', '**.hidden'] })).toEqual([
      expect.stringMatching(/^vocabulary: token ids name/)
    ]);
    model.dispose();
  });

  test('a width that heads do not divide is refused (TP#436)', () => {
    expect(() => new layers.SelfAttention({ width: 10, heads: 4, random })).toThrow('width must be a multiple of heads (4), got 10'); // prettier-ignore
  });

  test('fifty steps in a row: shapes do not drift apart (TP#429)', () => {
    let model: models.Transformer = models.denseTransformer({ ...SIZE, hidden: 60, width: 16, heads: 2 });
    for (let step = 0; step < 50; step++) {
      const { model: smaller } = prune.structured(model, { ratio: 0.02, include: ['**.hidden', 'width'] });
      model.dispose();
      model = smaller;
    }
    const sizes = [...prune.groups(model)].filter(([name]) => core.matchesPath(['**.hidden', 'width'], name));
    expect(sizes.every(([, { size }]) => size < 60)).toBe(true);
    expect(outputOf(model, ids).every(Number.isFinite)).toBe(true);
    const again = models.build(model.spec);
    expect(again.countParameters()).toBe(model.countParameters());
    [model, again].forEach((each) => each.dispose());
  });

  test('a ratio near 1 takes all but the minimum, and no layer is left out (TP#417)', () => {
    const model = models.denseTransformer(SIZE);
    const { model: pruned, report } = prune.structured(model, { ratio: 0.9 });
    expect(report.groups).toHaveLength(4);
    expect(report.parameters.after).toBeLessThan(report.parameters.before);
    report.groups.forEach(({ size, kept }) => expect(kept.length).toBe(size - Math.floor(0.9 * size)));
    [model, pruned].forEach((each) => each.dispose());
  });

  test('ranked together, no group loses more than its maximum (TP#448)', () => {
    const model = models.denseTransformer(SIZE);
    setValue(model, 'layers.0.feedForward.w1.weight', (value) => value.mul(tf.tensor2d([[...Array<number>(15).fill(1e-3), 50]]))); // prettier-ignore
    const { model: pruned, report } = prune.structured(model, { ratio: 0.5, scope: 'global', maxRatio: 0.6 });
    report.groups.forEach(({ size, kept }) => expect(kept.length).toBeGreaterThanOrEqual(Math.ceil(0.4 * size)));
    [model, pruned].forEach((each) => each.dispose());
  });

  test('pruned twice, the second time prunes too: shrunk, and masked (TP#206)', () => {
    const model = models.denseTransformer(SIZE);
    for (const mode of ['shrink', 'mask'] as const) {
      const once = prune.structured(model, { ratio: 0.5, include: ['**.hidden'], mode });
      const twice = prune.structured(once.model, { ratio: 0.5, include: ['**.hidden'], mode });
      expect(once.report.groups.map(({ kept }) => kept.length)).toEqual([8, 8]);
      expect(twice.report.groups.map(({ kept }) => kept.length)).toEqual([4, 4]);
      if (mode === 'mask') {
        twice.report.groups.forEach(({ kept }, i) => expect(once.report.groups[i].kept).toEqual(expect.arrayContaining(kept))); // prettier-ignore
        expectNoLeak(() => prune.structured(once.model, { ratio: 0.5, mode }).model.dispose());
      }
      [once.model, twice.model].forEach((each) => each.dispose());
    }
    model.dispose();
  });

  test('a sparsity of 0.99 of few values leaves none or one, and no index is below 0 (tensorflow/model-optimization#215)', () => {
    const model = models.mlp({ inputWidth: 4, hidden: [5], outputWidth: 2 });
    for (const scope of ['local', 'global', 'output'] as const) {
      const { model: pruned, report } = prune.unstructured(model, { sparsity: 0.99, scope });
      expect(report.values.after).toBe(0);
      expect(outputOf(pruned, spread([2, 4])).every(Number.isFinite)).toBe(true);
      pruned.dispose();
    }
    model.dispose();
  });

  test('a sparsity of 0, as a schedule has it at first, masks nothing (microsoft/nni#5533)', () => {
    const model = models.mlp({ inputWidth: 4, hidden: [5], outputWidth: 2 });
    const { model: pruned, report } = prune.unstructured(model, { sparsity: 0 });
    expect(report.values.after).toBe(report.values.before);
    [model, pruned].forEach((each) => each.dispose());
  });
});

describe('what cannot be pruned is said, and the model stays', () => {
  test('all frozen (FasterAI-Labs/fasterai#63)', () => {
    const model = models.denseTransformer(SIZE);
    const release = [...model.parameters().values()].map((each) => each.freeze());
    expect(() => prune.structured(model, { ratio: 0.5 })).toThrow('include must name groups that can be pruned (layers.0.attention.heads: frozen'); // prettier-ignore
    expect(() => prune.unstructured(model, { sparsity: 0.5 })).toThrow('prune.unstructured: a parameter that is masked must not be frozen'); // prettier-ignore
    release.slice(0, 8).forEach((undo) => undo());
    const { model: pruned, report } = prune.unstructured(model, { sparsity: 0.5 });
    expect(Object.keys(report.density).every((path) => model.parameters().get(path)!.trainable)).toBe(true);
    [model, pruned].forEach((each) => each.dispose());
  });

  test('a path that is not there, by name', () => {
    const model = models.denseTransformer(SIZE);
    const before = valuesOf(model);
    expectNoLeak(() => {
      expect(() => prune.structured(model, { ratio: 0.5, exclude: ['layers.7.**'] })).toThrow('prune.structured: exclude must name groups of the model (vocabulary'); // prettier-ignore
      expect(() => prune.structured(model, { ratio: 0.5, ratios: { 'layers.7.**': 1 } })).toThrow('prune.structured: ratios must name groups of the model'); // prettier-ignore
      expect(() => prune.unstructured(model, { sparsity: 0.5, include: ['layers.7.**'] })).toThrow('prune.unstructured: include must name parameters of the model'); // prettier-ignore
      expect(() => prune.unstructured(model, { sparsity: 0.5, exclude: ['layers.7.**'] })).toThrow('prune.unstructured: exclude must name parameters of the model'); // prettier-ignore
    });
    expect(valuesOf(model)).toEqual(before);
    model.dispose();
  });

  test('a mask of another shape', () => {
    const model = prune.unstructured(models.mlp({ inputWidth: 4, hidden: [5], outputWidth: 2 }), {
      sparsity: 0.5
    }).model;
    const mask = core.masksAt(model, ['0.weight']).get('0.weight')!;
    expect(() => mask.assign(tf.ones([5, 4]), '0.weightMask')).toThrow(
      '0.weightMask: expects shape [4, 5], got [5, 4]'
    );
    expect(() => prune.unstructured(model, { sparsity: 0.5, importance: prune.wanda(tf.ones([1, 4])), scope: 'half' as never })).toThrow('scope must be one of output, local, global'); // prettier-ignore
    model.dispose();
  });
});

test('a lottery ticket that is saved is rewound: its values are the initial ones under its mask (microsoft/nni#2559)', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'switchyard-ticket-'));
  const initial = models.mlp({ inputWidth: 4, hidden: [6], outputWidth: 2, seed: 1 });
  const { model: ticket } = await prune.iterative(initial, {
    ...{ rounds: 2, rate: 0.5 },
    train: (model) => {
      setValue(model, '0.weight', (value) => value.add(1));
      return Promise.resolve();
    }
  });
  io.saveModel(ticket, join(folder, 'ticket'));
  const loaded = io.loadModel(join(folder, 'ticket'));
  const mask = core.masksAt(loaded, ['0.weight']).get('0.weight')!.variable.dataSync<'float32'>();
  const read = (model: core.Module): Float32Array =>
    tf.tidy(() => model.parameters().get('0.weight')!.read().dataSync<'float32'>().slice());
  expect(mask.reduce((sum, value) => sum + value, 0)).toBe(6);
  expect([...read(loaded)].map((value) => value + 0)).toEqual([...read(initial)].map((value, i) => value * mask[i] + 0)); // prettier-ignore
  [initial, ticket, loaded].forEach((model) => model.dispose());
  rmSync(folder, { recursive: true });
});

test('an input that is always 0 breaks no factor: its weights go, the others stay finite (vllm-project/llm-compressor#142)', () => {
  const model = models.mlp({ inputWidth: 4, hidden: [3], outputWidth: 2, seed: 1 });
  const calibration = tf.tidy(() => spread([12, 4]).mul(tf.tensor1d([1, 0, 1, 1])) as tf.Tensor2D);
  for (const damping of [0.01, 1e-300]) {
    const importance = prune.sparseGpt(calibration, { damping });
    const { model: pruned } = prune.unstructured(model, { sparsity: 0.25, importance, include: ['0.weight'] });
    const values = tf.tidy(() => pruned.parameters().get('0.weight')!.read().dataSync<'float32'>().slice());
    expect(values.every(Number.isFinite)).toBe(true);
    expect([...values].map((value, i) => [value === 0, Math.floor(i / 3)]).filter(([gone]) => gone)).toEqual([[true, 1], [true, 1], [true, 1]]); // prettier-ignore
    pruned.dispose();
  }
  calibration.dispose();
  model.dispose();
});

test('a copy of a masked model is one (pytorch/pytorch#37322), and leaves nothing else behind', () => {
  const model = prune.unstructured(models.denseTransformer(SIZE), { sparsity: 0.5 }).model;
  const copy = prune.unstructured(model, { sparsity: 0.5 }).model;
  expect(outputOf(copy, ids)).toEqual(outputOf(model, ids));
  expectNoLeak(() => prune.unstructured(model, { sparsity: 0.5 }).model.dispose());
  [model, copy].forEach((each) => each.dispose());
});
