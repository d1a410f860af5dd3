import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { core, layers, prune, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { outputOf } from '../support/networks';
import { expectClose } from '../support/numeric';

interface Case {
  gated: boolean;
  weights: Record<string, number[][]>;
  inputs: number[][];
  importance: Record<string, number[]>;
}

interface Convolutions {
  weights: { first: number[][][][]; second: number[][][][] };
  norm: Record<'weight' | 'bias' | 'mean' | 'variance', number[]>;
  inputs: number[][][][];
  output: number[][][][];
  importance: Record<string, number[]>;
  gone: number[];
  pruned: number[][][][];
}

const { cases, convolutions } = JSON.parse(
  readFileSync(join(import.meta.dirname, 'fixtures/pruning.json'), 'utf8')
) as { cases: Case[]; convolutions: Convolutions };

/** Criteria by the names of the fixture. */
const criteriaOf = (task: prune.CalibrationTask): Record<string, prune.Importance> => ({
  'magnitude, p = 2': prune.magnitude(),
  'magnitude, p = 1': prune.magnitude({ p: 1 }),
  'magnitude, biases': prune.magnitude({ biases: true }),
  lamp: prune.lamp(),
  'batch norm': prune.normScale(),
  'taylor, sum': prune.taylor(task, { batches: 1, gather: 'sum' }),
  'taylor, magnitude': prune.taylor(task, { batches: 1 })
});

/** Indices from the least important on. */
const order = (importance: ArrayLike<number>): number[] =>
  Array.from(importance, (_, i) => i).sort((a, b) => importance[a] - importance[b]);

describe.each(cases)('gated: $gated', ({ gated, weights, inputs, importance }) => {
  const x = tf.tensor2d(inputs);
  const task: prune.CalibrationTask = {
    batch: () => null,
    loss: (model, _, ctx) => model.apply(x, ctx).square().mean()
  };
  const criteria = criteriaOf(task);

  test.each(Object.keys(importance))('hidden neurons are as important as to Torch-Pruning: %s', (name) => {
    const options = { width: 4, hidden: 6, bias: false, random: core.Random.fromSeed(1) };
    const network = gated ? new layers.GatedFeedForward(options) : new layers.FeedForward(options);
    network.parameters().forEach((parameter, path) => parameter.assign(tf.tensor2d(weights[path.slice(0, 2)])));
    const [hidden] = [...prune.groups(network).values()].filter(({ kind }) => kind === 'hidden');
    const [ours] = prune.groupImportance(network, [hidden], { importance: criteria[name] });
    expectClose(ours, importance[name], 1e-4);
    expect(order(ours)).toEqual(order(importance[name]));
    expect(ours).toHaveLength(6);
    network.dispose();
  });
});

/** Convolution, batch norm, ReLU and a convolution with a stride, as the fixture has them. */
class Network extends core.Module {
  readonly kind = 'test-convolutions';
  private readonly first: layers.Conv2d;
  private readonly norm: layers.BatchNorm;
  private readonly second: layers.Conv2d;

  constructor() {
    super();
    const channels = core.Axis.of('channels', 6);
    const random = core.Random.fromSeed(1);
    this.first = this.addChild('first', new layers.Conv2d({ inputs: 3, outputs: channels, bias: false, random }));
    this.norm = this.addChild('norm', new layers.BatchNorm({ channels }));
    this.second = this.addChild(
      'second',
      new layers.Conv2d({ inputs: channels, outputs: 2, stride: 2, bias: false, random })
    );
    const { weights, norm } = convolutions;
    const values = { 'first.weight': weights.first, 'second.weight': weights.second };
    tf.tidy(() => {
      Object.entries(values).forEach(([path, value]) => this.parameters().get(path)!.assign(tf.tensor4d(value)));
      Object.entries(norm).forEach(([name, value]) => this.stored().get(`norm.${name}`)!.assign(tf.tensor1d(value)));
    });
  }

  override apply(x: tf.Tensor, ctx: core.Context): tf.Tensor {
    return tf.tidy(() => {
      const normed = this.norm.apply(this.first.apply(x, ctx.within('first')), ctx.within('norm'));
      return this.second.apply(normed.relu(), ctx.within('second'));
    });
  }
}

/** Torch-Pruning's Taylor counts group norms, but no batch norms; ours counts both. */
function withoutNorm(importance: prune.ValueImportance): prune.ValueImportance {
  const score = (model: core.Module): Map<string, tf.Tensor> => {
    const all = importance.score(model);
    all.get('norm.weight')!.dispose();
    all.delete('norm.weight');
    return all;
  };
  return { ...importance, score };
}

describe('convolutions with a batch norm', () => {
  const x = tf.tensor4d(convolutions.inputs);
  const task: prune.CalibrationTask = {
    batch: () => null,
    loss: (model, _, ctx) => model.apply(x, ctx).square().mean()
  };
  const channelsOf = (network: core.Module) =>
    [...prune.groups(network).values()].filter(({ kind }) => kind === 'channels');

  test.each(Object.keys(convolutions.importance))('channels are as important as to Torch-Pruning: %s', (name) => {
    const network = new Network();
    const own = criteriaOf(task)[name] as prune.ValueImportance;
    const importance = name.startsWith('taylor') ? withoutNorm(own) : own;
    const [ours] = prune.groupImportance(network, channelsOf(network), { importance });
    expectClose(ours, convolutions.importance[name], 1e-4);
    expect(order(ours)).toEqual(order(convolutions.importance[name]));
    network.dispose();
  });

  test('the same channels go and what is left computes the same, with a shift that is not 0 (microsoft/nni#2130)', () => {
    const network = new Network();
    const output = () => outputOf(network, x);
    expectClose(output(), tf.tensor(convolutions.output), 1e-5);
    const [channels] = channelsOf(network);
    const [importance] = prune.groupImportance(network, [channels]);
    const gone = order(importance).slice(0, 3);
    expect(gone.sort()).toEqual(convolutions.gone);
    channels.axis.keep([0, 1, 2, 3, 4, 5].filter((i) => !gone.includes(i)));
    expectClose(output(), tf.tensor(convolutions.pruned), 1e-5);
    core.shrink(network);
    expectClose(output(), tf.tensor(convolutions.pruned), 1e-5);
    network.dispose();
  });
});
