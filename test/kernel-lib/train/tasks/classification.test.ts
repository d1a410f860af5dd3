import { core, layers, moe, routers, show, tf, train } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { expectNoLeak } from '../../../support/numeric';

const { Random } = core;
const { tasks } = train;

/** Gives what it is given, plus a parameter that is 0. */
class Same extends core.Module {
  readonly kind = 'same';
  private readonly shift = this.addParameter(
    'shift',
    new core.Parameter(tf.zeros([1]), { axes: [core.Axis.fixed('shift', 1)] })
  );
  override apply(x: tf.Tensor): tf.Tensor {
    return x.add(this.shift.read());
  }
}

/** A routed layer and a head. */
class Routed extends core.Module {
  readonly kind = 'routed';
  private readonly moe = this.addChild(
    'moe',
    moe.layer({ router: routers.topK({ k: 1 }), experts: 3, width: 4, hidden: 4, random: Random.fromSeed(1) })
  );
  private readonly head = this.addChild(
    'head',
    new layers.Linear({ inputWidth: 4, outputWidth: 2, random: Random.fromSeed(2) })
  );
  override apply(x: tf.Tensor, ctx: core.Context): tf.Tensor {
    return tf.tidy(() => this.head.apply(this.moe.apply(x, ctx.within('moe')), ctx.within('head')));
  }
}

describe('train.tasks.classification', () => {
  test('measures mean cross entropy and accuracy over all of the validation data, the last batch smaller', async () => {
    const inputs = tf.tensor2d([[Math.log(3), 0], [0, Math.log(3)], [Math.log(3), 0]]); // prettier-ignore
    const validation = { inputs, labels: [0, 1, 1] };
    const task = tasks.classification({ ...validation, validation, batchSize: 2 });
    const model = new Same();
    const tensors = tf.memory().numTensors;
    const { loss, accuracy } = await train.evaluate(model, task);
    expect(tf.memory().numTensors).toBe(tensors);
    expect(loss).toBeCloseTo((-2 * Math.log(3 / 4) - Math.log(1 / 4)) / 3, 5);
    expect(accuracy).toBeCloseTo(2 / 3, 6);
    const scalars: Record<string, number>[] = [];
    const watch: train.Watcher = { start() {}, end() {}, step: (report) => scalars.push(report.scalars) };
    const result = await train.fit(model, task, { steps: 4, evaluateEvery: 2, watch, progress: false });
    expect(result.validation.map(({ step }) => step)).toEqual([2, 4]);
    expect(result.validation[1].accuracy).toBe(scalars[3]['accuracy/validation']);
    expect(Object.keys(scalars[1])).toEqual([
      ...['loss/train', 'learningRate', 'gradientNorm', 'loss/validation', 'accuracy/validation']
    ]);
    inputs.dispose();
    model.dispose();
  });

  test('each epoch goes through all inputs once, in an order of its own', () => {
    const inputs = tf.zeros([6, 1]);
    const task = tasks.classification({ inputs, labels: [0, 1, 2, 3, 4, 5], batchSize: 4 });
    const drawn = Array.from({ length: 6 }, (_, i) => [...task.batch(i + 1, 1).labels]).flat();
    const epochs = [0, 1, 2, 3].map((epoch) => drawn.slice(6 * epoch, 6 * epoch + 6));
    epochs.forEach((epoch) => expect([...epoch].sort()).toEqual([0, 1, 2, 3, 4, 5]));
    expect(new Set(epochs.map(String)).size).toBe(4);
    inputs.dispose();
  });

  test('what routes can be watched, though there is no text', async () => {
    const inputs = Random.fromSeed(3).normal([12, 4]);
    const task = tasks.classification({ inputs, labels: Array.from({ length: 12 }, (_, i) => i % 2), batchSize: 6 });
    const watch = show.routing({ probe: 'a text' });
    const model = new Routed();
    await train.fit(model, task, { steps: 3, watch, progress: false });
    const { data, source } = watch.latest()!;
    expect(source.title).toBe('routed, top-k 1 of 3');
    expect(data.layers.map(({ path, numExperts }) => [path, numExperts])).toEqual([['moe', 3]]);
    expect(data.layers[0].load.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 6);
    expect([data.tokens, data.domains]).toEqual([null, []]);
    inputs.dispose();
    model.dispose();
  });

  test('refuses what does not fit', async () => {
    const inputs = tf.zeros([3, 2]);
    const model = new Same();
    expectNoLeak(() => {
      expect(() => tasks.classification({ inputs, labels: [0, 1] })).toThrow(
        'must have as many rows, at least one, got [3,2]'
      );
      expect(() => tasks.classification({ inputs, labels: [0, 1, 0.5] })).toThrow(
        'labels must be whole numbers from 0, got 0.5'
      );
      expect(() => tasks.classification({ inputs, labels: [0, 1, 0], batchSize: 0 })).toThrow(
        'batchSize must be an integer'
      );
    });
    const task = tasks.classification({ inputs, labels: [0, 2, 1], batchSize: 3 });
    await expect(train.fit(model, task, { steps: 1, progress: false })).rejects.toThrow(
      'train.tasks.classification: classes of the logits must be an integer of at least 3, got 2'
    );
    await expect(train.evaluate(model, task)).rejects.toThrow('the task must have validation data, got classification');
    const options = { steps: 1, batchSize: 4 } as train.TaskFitOptions;
    expect(() => train.fit(model, task, options)).toThrow('train.fit: batchSize is an option of the task, got 4');
    expect(() => train.fit(model, tasks.language({} as never), { steps: 1 })).toThrow(
      'train.tasks.language: the model must be a language model, with a vocabSize, got same'
    );
    inputs.dispose();
    model.dispose();
  });
});
