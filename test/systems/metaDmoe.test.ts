import { core, moe, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { setValue, valuesOf } from '../support/networks';
import { expectClose, expectNoLeak } from '../support/numeric';
import { draw, makeDistill, makeTeachers } from '../support/rotated';

const { Context, Random } = core;

describe('[meta-dmoe]', () => {
  test('adaptation sees no label, and leaves the student as it was', () => {
    const teachers = makeTeachers(1, 20);
    const distill = makeDistill(teachers, 1);
    const before = valuesOf(distill);
    const { x, y } = draw(45, Random.fromSeed(5));
    expectNoLeak(() => {
      tf.tidy(() => {
        const adapted = distill.adapted(x, x, Context.create());
        expectClose(distill.adapted(x, x, Context.create(), { steps: 0 }), distill.apply(x, Context.create()), 0);
        // Nearer to what the teachers together say than before.
        const { output } = distill.fuse(x, Context.create());
        const distance = (of: tf.Tensor) => of.sub(output).square().mean().dataSync()[0];
        expect(distance(adapted)).toBeLessThan(distance(distill.apply(x, Context.create())));
      });
    });
    expect(valuesOf(distill)).toEqual(before);
    tf.dispose([x, y]);
    [distill, ...teachers].forEach((each) => each.dispose());
  });

  test('gradients go through the adaptation, to the aggregator and to the beginning', () => {
    const teachers = makeTeachers(1, 20);
    const distill = makeDistill(teachers, 1, 2);
    setValue(distill, 'aggregator.score.weight', (w) => Random.fromSeed(6).normal(w.shape));
    const [support, query] = [1, 2].map((i) => draw(45, Random.fromSeed(i)));
    const loss = () =>
      tf.losses.meanSquaredError(query.y, distill.adapted(support.x, query.x, Context.create())) as tf.Scalar;
    for (const path of ['aggregator.score.weight', 'student.outer.bias']) {
      const { variable } = distill.parameters().get(path)!;
      const { value, grads } = tf.variableGrads(loss, [variable]);
      const along: number = tf.tidy(() => grads[variable.name].square().sum().dataSync()[0]);
      // Along its gradient the loss grows by the gradient's square.
      const at = (size: number) => {
        setValue(distill, path, (w) => w.add(grads[variable.name].mul(size)));
        const result = tf.tidy(() => loss().dataSync()[0]);
        setValue(distill, path, (w) => w.sub(grads[variable.name].mul(size)));
        return result;
      };
      const size = 0.02 / Math.sqrt(along);
      expect(along).toBeGreaterThan(0);
      expect((at(size) - at(-size)) / (2 * size) / along).toBeCloseTo(1, 1);
      tf.dispose([value, grads] as tf.TensorContainer);
    }
    tf.dispose([support, query]);
    [distill, ...teachers].forEach((each) => each.dispose());
  });

  test('what a third teacher says changes how two others weigh against each other: they are compared, not scored alone', () => {
    const aggregator = new moe.TeacherAggregator({ teachers: 3, outputWidth: 2, random: Random.fromSeed(1) });
    setValue(aggregator, 'score.weight', (w) => Random.fromSeed(6).normal(w.shape, 0, 0.3));
    ['qkv', 'output'].forEach((name) => setValue(aggregator, `${name}.weight`, (w) => w.mul(4)));
    const said = Random.fromSeed(2).normal([5, 3, 2]);
    const odds = (change: number): number =>
      tf.tidy(() => {
        const third = tf.tensor1d([0, 0, change]).reshape([1, 3, 1]);
        const [a, b] = aggregator.apply(said.add(third), Context.create()).dataSync();
        return Math.log(a / b);
      });
    expect(Math.abs(odds(3) - odds(0))).toBeGreaterThan(0.01);
    expect(odds(0)).toBe(odds(0));
    said.dispose();
    aggregator.dispose();
  });

  test('a teacher that is left out has no weight, and at first all others have the same', () => {
    const teachers = makeTeachers(1, 1);
    const distill = makeDistill(teachers, 1);
    const { x, y } = draw(45, Random.fromSeed(5));
    tf.tidy(() => {
      const { weights } = distill.fuse(x, Context.create(), { without: 2 });
      expectClose(weights, [0.2, 0.2, 0, 0.2, 0.2, 0.2], 1e-6);
    });
    expect(() =>
      moe.metaDistill({ teachers: [], student: teachers[0], outputWidth: 3, random: Random.fromSeed(1) })
    ).toThrow('metaDistill: there must be a teacher, got 0');
    tf.dispose([x, y]);
    [distill, ...teachers].forEach((each) => each.dispose());
  });
});
