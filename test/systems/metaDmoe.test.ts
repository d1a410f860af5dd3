import { core, layers, moe, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { setValue, valuesOf } from '../support/networks';
import { expectClose, expectNoLeak } from '../support/numeric';
import { mean, minimise, regress } from '../support/regression';

const { Context, Random } = core;

/** Three classes, each at another distance, so that no rotation looks like another. */
const CENTRES = [
  [0.6, 0],
  [0, 1.3],
  [-1.8, -0.6]
];
const DOMAINS = [0, 30, 60, 90, 120, 150];
const HELD_OUT = [15, 45, 75, 105, 135];

/** Points of a rotated domain, [T, 2], and their classes, [T, 3]. */
function draw(angle: number, random: core.Random, count = 64): { x: tf.Tensor2D; y: tf.Tensor2D } {
  const next = random.generator();
  const classes = Array.from({ length: count }, () => Math.floor(next() * 3));
  const [cos, sin] = [Math.cos, Math.sin].map((f) => f((angle * Math.PI) / 180));
  const [x, y] = tf.tidy(() => {
    const points = tf.tensor2d(classes.map((each) => CENTRES[each])).add(random.normal([count, 2], 0, 0.3));
    const turn = tf.tensor2d([
      [cos, sin],
      [-sin, cos]
    ]);
    return [points.matMul(turn), tf.oneHot(tf.tensor1d(classes, 'int32'), 3, 1, 0, 'float32')];
  });
  return { x: x as tf.Tensor2D, y: y as tf.Tensor2D };
}

/** Points to scores of three classes. */
class Net extends core.Module {
  readonly kind = 'net';
  private readonly inner: layers.Linear;
  private readonly outer: layers.Linear;

  constructor(random: core.Random) {
    super();
    this.inner = this.addChild(
      'inner',
      new layers.Linear({ inputWidth: 2, outputWidth: 24, random: random.child('inner') })
    );
    this.outer = this.addChild(
      'outer',
      new layers.Linear({ inputWidth: 24, outputWidth: 3, random: random.child('outer') })
    );
  }

  override apply(x: tf.Tensor, ctx: core.Context): tf.Tensor {
    return this.outer.apply(tf.relu(this.inner.apply(x, ctx)), ctx);
  }
}

function makeTeachers(seed: number, steps: number): Net[] {
  return DOMAINS.map((angle) => {
    const random = Random.fromSeed(seed).child('teacher').child(angle);
    const teacher = new Net(random);
    regress(teacher, (step) => draw(angle, random.child(step)), { steps, learningRate: 0.03 });
    return teacher;
  });
}

const make = (teachers: readonly Net[], seed: number, innerSteps = 3) => {
  const random = Random.fromSeed(seed);
  const student = new Net(random.child('student'));
  return moe.metaDistill({ teachers, student, outputWidth: 3, innerSteps, innerRate: 0.5, random });
};

/** Trains on a domain at a time, its own teacher left out, by the loss after adaptation. */
function metaTrain(distill: moe.MetaDistill, seed: number, steps: number): void {
  const loss = (ctx: core.Context, step: number) => {
    const random = Random.fromSeed(seed).child('meta').child(step);
    const without = Math.floor(random.generator()() * DOMAINS.length);
    const [support, query] = ['support', 'query'].map((name) => draw(DOMAINS[without], random.child(name)));
    return tf.losses.meanSquaredError(query.y, distill.adapted(support.x, query.x, ctx, { without }));
  };
  minimise(distill, loss, { seed, steps, learningRate: 0.005 });
}

describe('[meta-dmoe]', () => {
  test('adapted to a rotation that none has seen, the student beats itself unadapted and the mean of teachers', () => {
    const runs = [1, 2].map((seed) => {
      const teachers = makeTeachers(seed, 100);
      const frozen = teachers.map(valuesOf);
      const distill = make(teachers, seed);
      metaTrain(distill, seed, 220);
      // A student that learns all domains at once, and never adapts.
      const plain = make(teachers, seed, 0);
      metaTrain(plain, seed, 220);
      const met = HELD_OUT.map((angle) => {
        const random = Random.fromSeed(77).child(angle);
        const [support, query] = [draw(angle, random.child('support')), draw(angle, random.child('query'), 200)];
        const error = (predict: () => tf.Tensor) =>
          tf.tidy(() => tf.losses.meanSquaredError(query.y, predict()).dataSync()[0]);
        const ctx = Context.create();
        const { output, weights } = distill.fuse(support.x, ctx);
        const share = Array.from(weights.dataSync());
        const nearest = DOMAINS.map((domain) => Math.abs(domain - angle) <= 15);
        const result = {
          adapted: error(() => distill.adapted(support.x, query.x, ctx)),
          unadapted: error(() => distill.apply(query.x, ctx)),
          plain: error(() => plain.apply(query.x, ctx)),
          teachers: error(() => tf.addN(teachers.map((teacher) => teacher.apply(query.x, ctx))).div(DOMAINS.length)),
          nearest: share.reduce((sum, weight, e) => sum + (nearest[e] ? weight : 0), 0)
        };
        tf.dispose([output, weights, support, query] as tf.TensorContainer);
        return result;
      });
      expect(teachers.map(valuesOf)).toEqual(frozen);
      [distill, plain, ...teachers].forEach((each) => each.dispose());
      return Object.fromEntries(
        (['adapted', 'unadapted', 'plain', 'teachers', 'nearest'] as const).map((of) => [
          of,
          mean(met.map((each) => each[of]))
        ])
      );
    });
    const of = (name: string) => mean(runs.map((run) => run[name]));
    ['unadapted', 'plain', 'teachers'].forEach((other) => expect(of('adapted')).toBeLessThan(of(other)));
    // Two of six would have a third by chance.
    expect(of('nearest')).toBeGreaterThan(0.45);
  });

  test('adaptation sees no label, and leaves the student as it was', () => {
    const teachers = makeTeachers(1, 20);
    const distill = make(teachers, 1);
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
    const distill = make(teachers, 1, 2);
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
    const distill = make(teachers, 1);
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
