import { core, tf, train } from '@switchyard/kernel-lib';
import { afterEach, describe, expect, test } from 'vitest';
import { expectClose, expectNoLeak } from '../../../support/numeric';

const OPTIONS = { beta1: 0.9, beta2: 0.95, epsilon: 1e-3, weightDecay: 0.3 };
const START = [0.5, -2, 3];
const gradientAt = (update: number): number[] => [Math.sin(update), 0.1 * update, -2];

/** The published algorithm (arXiv 1711.05101, algorithm 2), value by value in double precision. */
function reference(updates: number, { decay, scale }: { decay: boolean; scale: number }): number[] {
  const { beta1, beta2, epsilon, weightDecay } = OPTIONS;
  return START.map((start, i) => {
    let [value, m, v] = [start, 0, 0];
    for (let t = 1; t <= updates; t++) {
      const g = scale * gradientAt(t)[i];
      const rate = 0.01 * t;
      m = beta1 * m + (1 - beta1) * g;
      v = beta2 * v + (1 - beta2) * g * g;
      const step = m / (1 - beta1 ** t) / (Math.sqrt(v / (1 - beta2 ** t)) + epsilon);
      value -= rate * step + (decay ? rate * weightDecay * value : 0);
    }
    return value;
  });
}

function run(updates: number, { decay = true, scale = 1 } = {}): tf.Tensor {
  const parameter = new core.Parameter(tf.tensor1d(START), { axes: [core.Axis.of('n', START.length)], decay });
  const optimizer = new train.AdamW(new Map([['w', parameter]]), OPTIONS);
  for (let t = 1; t <= updates; t++) {
    const gradient = tf.tensor1d(gradientAt(t));
    optimizer.update(new Map([['w', gradient]]), { learningRate: 0.01 * t, scale });
    gradient.dispose();
  }
  const value = parameter.variable.clone();
  optimizer.dispose();
  parameter.dispose();
  return value;
}

// Native TensorFlow has a kernel of its own; the plain backend composes the update.
describe.each(['tensorflow', 'cpu'])('AdamW on the backend "%s"', (backend) => {
  const before = tf.getBackend();
  afterEach(async () => {
    await tf.setBackend(before);
  });

  test.each([
    ['decayed', { decay: true, scale: 1 }],
    ['exempt from decay', { decay: false, scale: 1 }],
    ['clipped', { decay: true, scale: 0.25 }]
  ])('follows the published algorithm: %s', async (_, options) => {
    expect(await tf.setBackend(backend)).toBe(true);
    expectClose(run(6, options), reference(6, options), 1e-6);
  });

  test('leaves nothing behind', async () => {
    expect(await tf.setBackend(backend)).toBe(true);
    expectNoLeak(() => run(3).dispose());
  });
});

test('parameters without a gradient stay as they are', () => {
  const parameters = new Map(
    ['a', 'b'].map((name) => [name, new core.Parameter(tf.tensor1d([1]), { axes: [core.Axis.of('n', 1)] })])
  );
  const optimizer = new train.AdamW(parameters, OPTIONS);
  optimizer.update(new Map([['a', tf.tensor1d([1])]]), { learningRate: 0.1, scale: 1 });
  expect(parameters.get('a')!.variable.dataSync()[0]).not.toBe(1);
  expect(parameters.get('b')!.variable.dataSync()[0]).toBe(1);
});

test('values out of reach stay, and so does what is remembered of them; parameters out of reach are left alone', () => {
  const of = () => new core.Parameter(tf.tensor1d(START), { axes: [core.Axis.of('n', START.length)] });
  const [part, none] = [of(), of()];
  const parameters = new Map(Object.entries({ part, none }));
  const optimizer = new train.AdamW(parameters, OPTIONS);
  const gradients = new Map([...parameters.keys()].map((path) => [path, tf.tensor1d([1, 1, 1])]));
  const step = (reach?: ReadonlyMap<string, tf.Tensor | null>): void => optimizer.update(gradients, { learningRate: 0.1, scale: 1, reach }); // prettier-ignore
  step();
  const before = part.variable.dataSync().slice();
  const moments = optimizer.state().get('firstMoment.part')!.dataSync().slice();
  const reach = tf.tensor1d([1, 0, 1]);
  step(new Map([['part', reach]]));
  const after = part.variable.dataSync();
  expect([after[0] === before[0], after[1] === before[1], after[2] === before[2]]).toEqual([false, true, false]);
  expect(optimizer.state().get('firstMoment.part')!.dataSync()[1]).toBe(moments[1]);
  expect(optimizer.state().get('firstMoment.part')!.dataSync()[0]).not.toBe(moments[0]);
  expect(Array.from(none.variable.dataSync())).toEqual(Array.from(before));
  tf.dispose([reach, ...gradients.values()]);
  optimizer.dispose();
  [part, none].forEach((each) => each.dispose());
});
