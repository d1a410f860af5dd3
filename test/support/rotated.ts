import { core, layers, moe, tf } from '@switchyard/kernel-lib';
import { regress } from './regression';

const { Random } = core;

/** Three classes, each at another distance, so that no rotation looks like another. */
const CENTRES = [
  [0.6, 0],
  [0, 1.3],
  [-1.8, -0.6]
];
/** Rotations in degrees, a domain each. */
export const DOMAINS = [0, 30, 60, 90, 120, 150];

/** Points of a rotated domain, [T, 2], and their classes, [T, 3]. */
export function draw(angle: number, random: core.Random, count = 64): { x: tf.Tensor2D; y: tf.Tensor2D } {
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
export class Net extends core.Module {
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

/** A network for each domain, trained on it alone. */
export function makeTeachers(seed: number, steps: number): Net[] {
  return DOMAINS.map((angle) => {
    const random = Random.fromSeed(seed).child('teacher').child(angle);
    const teacher = new Net(random);
    regress(teacher, (step) => draw(angle, random.child(step)), { steps, learningRate: 0.03 });
    return teacher;
  });
}

/** A student that is adapted to what the teachers say together. */
export const makeDistill = (teachers: readonly Net[], seed: number, innerSteps = 3): moe.MetaDistill => {
  const random = Random.fromSeed(seed);
  const student = new Net(random.child('student'));
  return moe.metaDistill({ teachers, student, outputWidth: 3, innerSteps, innerRate: 0.5, random });
};
