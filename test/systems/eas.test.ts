import { type core, data, elastic, models, nas, tf, train } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { spread } from '../support/gradients';
import { outputOf } from '../support/networks';
import { expectClose, expectNoLeak } from '../support/numeric';

const ids = tf.tensor2d([[1, 2, 3, 4]], [1, 4], 'int32');
const SIZE = { layers: 2, width: 8, heads: 2, contextLength: 4, vocabSize: 9, hidden: 8 };

describe('Efficient architecture search by network transformation [eas]', () => {
  test.each<[string, () => core.Module, tf.Tensor, string[]]>([
    ['a perceptron', () => models.mlp({ inputWidth: 5, hidden: [6, 4], outputWidth: 3 }), spread([7, 5]), ['widen hidden#2', 'deepen 0', 'widen hidden']], // prettier-ignore
    ['a residual network', () => models.resnet({ blocks: [1, 1], channels: 4, inputs: 1, classes: 3, stem: 'small' }), spread([2, 8, 8, 1]), ['deepen stages.0']], // prettier-ignore
    [
      'a transformer',
      () => models.denseTransformer(SIZE),
      ids,
      ['widen layers.1.feedForward.hidden', 'deepen layers.0']
    ]
  ])('%s that is grown by several actions computes what it did', (_name, make, x, wanted) => {
    const model = make();
    const before = outputOf(model, x);
    const { model: grown, report } = elastic.grow(model, [
      { action: 'widen', place: 1 },
      { action: 'stay' },
      { action: 'deepen', place: 0 },
      { action: 'widen', place: 0 }
    ]);
    expectClose(outputOf(grown, x), before, 1e-5);
    expect(outputOf(model, x)).toEqual(before);
    expect(report.done).toHaveLength(3);
    expect(report.done).toEqual(expect.arrayContaining(wanted));
    expect(report.parameters.after).toBeGreaterThan(report.parameters.before);
    expect(grown.countParameters()).toBe(report.parameters.after);
    // Places are counted round.
    const { model: same } = elastic.grow(model, [{ action: 'deepen', place: 2 }]);
    expect(same.countParameters()).toBe(elastic.grow(model, [{ action: 'deepen', place: 0 }]).model.countParameters());
    [model, grown, same].forEach((each) => each.dispose());
  });

  test('a child begins where its parent is, and learns further in fewer steps than a new network of its shape', async () => {
    const { images, labels, count } = data.digits().train;
    const task = train.tasks.classification({ inputs: tf.tensor2d(images, [count, 64]), labels, batchSize: 64 });
    const train30 = (model: core.Module, steps: number, seed: number) => {
      const stepper = train.stepper(model, task, { steps, seed, learningRate: 0.01, warmup: 0, schedule: 'constant' });
      const losses = Array.from({ length: steps }, () => stepper.step()['loss/train']);
      stepper.dispose();
      return losses;
    };
    const parent = models.mlp({ inputWidth: 64, hidden: [12], outputWidth: 10 });
    train30(parent, 60, 1);
    const { model: child } = elastic.grow(parent, [{ action: 'widen' }, { action: 'deepen' }]);
    const fresh = models.mlp({ inputWidth: 64, hidden: [24, 24], outputWidth: 10 });
    expect(child.countParameters()).toBe(fresh.countParameters());
    const [ofParent, ofChild, ofFresh] = [parent, child, fresh].map((each) => train30(each, 10, 2));
    expect(ofChild[0]).toBeCloseTo(ofParent[0], 4);
    // Ten steps of the child end where a new network is not yet.
    expect(Math.min(...ofChild)).toBeLessThan(0.7 * Math.min(...ofFresh));
    [parent, child, fresh].forEach((each) => each.dispose());
  });

  test('the controller learns which actions pay: its return rises over episodes', async () => {
    const space = nas.space.growth({ steps: 3, places: 3 });
    const parent = models.mlp({ inputWidth: 4, hidden: [4], outputWidth: 2 });
    // Planted: depth pays, parameters cost.
    const evaluate = ({ candidate }: nas.RunningTrial): number => {
      const { model, report } = elastic.grow(parent, candidate.actions as unknown as elastic.GrowthAction[]);
      const reward = report.done.filter((each) => each.startsWith('deepen')).length - model.countParameters() / 1000;
      model.dispose();
      return reward;
    };
    const { trials } = await nas.study({
      ...{ space, evaluate, trials: 150, seed: 3, repeats: true, storage: 'memory', progress: false },
      ...{ strategy: nas.reinforce(), objectives: [{ name: 'value', better: 'higher' }] }
    });
    const mean = (of: typeof trials): number => of.reduce((sum, { values }) => sum + values.value, 0) / of.length;
    expect(mean(trials.slice(-30))).toBeGreaterThan(mean(trials.slice(0, 30)) + 1);
    parent.dispose();
  });

  test('candidates that stay at another time are one; what is refused, and nothing is left behind', () => {
    const space = nas.space.growth({ steps: 2, places: 2 });
    const [first, last] = [
      { 'actions.0.action': 'stay', 'actions.1.action': 'deepen', 'actions.1.place': 1 },
      { 'actions.0.action': 'deepen', 'actions.0.place': 1, 'actions.1.action': 'stay' }
    ];
    [first, last].forEach((each) => space.check(each));
    expect(space.hash(first)).toBe(space.hash(last));
    expect(space.hash(first)).not.toBe(space.hash({ ...first, 'actions.1.place': 0 }));
    expect(() => nas.space.growth({ steps: 0 })).toThrow('nas.space.growth: steps must be an integer of at least 1, got 0'); // prettier-ignore
    const model = models.mlp({ inputWidth: 2, hidden: [], outputWidth: 1 });
    expectNoLeak(() => {
      expect(() => elastic.grow(model, [{ action: 'widen' }])).toThrow('elastic.grow: the model must have a place to widen, got none'); // prettier-ignore
      expect(() => elastic.grow(model, [{ action: 'prune' as never }])).toThrow('elastic.grow: actions must be one of widen, deepen, stay, got prune'); // prettier-ignore
      expect(() => elastic.grow(model, [], { factor: 1 })).toThrow('elastic.grow: factor must be an integer of at least 2, got 1'); // prettier-ignore
    });
    model.dispose();
  });
});
