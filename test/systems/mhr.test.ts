import { core, layers, moe, peft, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { expectClose } from '../support/numeric';
import type { Batches } from '../support/regression';
import { errorOf, mean, regress } from '../support/regression';
import { setValue } from '../support/networks';

const { Context, Random } = core;

const WIDTH = 16;
const TASKS = 6;
const PER_TASK = 16;
const SEEDS = [1, 2, 3];

function frozenLinear(seed: number): core.Module {
  const random = Random.fromSeed(seed);
  return new layers.Sequential([new layers.Linear({ inputWidth: WIDTH, outputWidth: WIDTH, bias: false, random })]);
}

const inventory = (experts: number, heads: number, seed = 0) => ({
  ...{ targets: ['0'], experts, rank: 4, tasks: TASKS, heads, seed }
});

/**
 * Related tasks: each adds to the frozen map a mixture of its own of three maps that all tasks have in common, in each of four
 * parts of the inputs by itself. `first` numbers the tasks, so that later ones are new.
 */
function related(seed: number, first: number, numTasks = TASKS): { batches: Batches; ids: number[] } {
  const random = Random.fromSeed(seed).child('related');
  const base = frozenLinear(seed);
  const batches: Batches = (step) =>
    tf.tidy(() => {
      const maps = [0, 1, 2].map((i) => lowRankMap(random.child('map').child(i)));
      const parts = Array.from({ length: numTasks }, (_, t) => {
        const task = random.child('task').child(first + t);
        const x = task.child('x').child(step).normal([PER_TASK, WIDTH]);
        const mix = tf.softmax(task.child('mix').normal([4, 3], 0, 2));
        const rows = maps.map((map, i) =>
          map.mul(
            mix
              .slice([0, i], [4, 1])
              .tile([1, WIDTH / 4])
              .reshape([WIDTH, 1])
          )
        );
        return { x, y: base.apply(x, Context.create()).add(x.matMul(tf.addN(rows))) };
      });
      return { x: tf.concat(parts.map(({ x }) => x)), y: tf.concat(parts.map(({ y }) => y)) };
    });
  return { batches, ids: Array.from({ length: numTasks * PER_TASK }, (_, i) => Math.floor(i / PER_TASK)) };
}

function lowRankMap(random: core.Random): tf.Tensor2D {
  const [a, b] = [random.child('a').normal([WIDTH, 2]), random.child('b').normal([2, WIDTH])];
  return tf.matMul(a, b).mul(0.5);
}

const leaveTasks = (ids: readonly number[]) => (ctx: core.Context) =>
  ctx.setState(moe.TASK_IDS, tf.tensor1d([...ids], 'int32'));

/** Mean cosine between the gradients of two tasks, with respect to the adapters that all tasks share. */
function alignment(adapters: peft.Adapters, { batches, ids }: ReturnType<typeof related>): number {
  const shared = [...adapters.parameters()]
    .filter(([path]) => /\.[ab]$/.test(path))
    .map(([, { variable }]) => variable);
  const { x, y } = batches(8_000_000);
  const gradients = Array.from({ length: TASKS }, (_, task) => {
    const ctx = Context.create();
    leaveTasks(ids)(ctx);
    const mine = tf.tensor2d(ids.map((id) => [id === task ? 1 : 0]));
    const { value, grads } = tf.variableGrads(
      () => tf.tidy(() => adapters.apply(x, ctx).sub(y).square().mul(mine).sum() as tf.Scalar),
      shared
    );
    const flat = tf.tidy(() => tf.concat(shared.map((v) => grads[v.name].flatten())).dataSync());
    tf.dispose([value, mine, ...Object.values(grads)]);
    ctx.dispose();
    return flat;
  });
  tf.dispose([x, y]);
  const dot = (a: ArrayLike<number>, b: ArrayLike<number>) => Array.from(a).reduce((sum, v, i) => sum + v * b[i], 0);
  const pairs = gradients.flatMap((a, i) =>
    gradients.slice(i + 1).map((b) => dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b)))
  );
  return mean(pairs);
}

describe('[mhr]', () => {
  test('one head is Poly: each task mixes whole adapters', () => {
    const network = frozenLinear(1);
    const { batches, ids } = related(1, 0);
    const { x, y } = batches(0);
    const before = tf.tidy(() => network.apply(x, Context.create()).dataSync());
    const adapters = peft.taskLora(network, inventory(3, 1));
    setValue(adapters, '0.b', (b) => Random.fromSeed(2).normal(b.shape));
    setValue(adapters, '0.z', (z) => Random.fromSeed(3).normal(z.shape));
    const [a, b, z] = ['a', 'b', 'z'].map((name) => adapters.parameters().get(`0.${name}`)!.read());
    const expected = tf.tidy(() => {
      const strengths = tf.sigmoid(z).arraySync() as number[][][];
      const rows = ids.map((task, t) => {
        const [own] = strengths[task];
        const total = own.reduce((sum, s) => sum + s, 0);
        const mixed = (all: tf.Tensor) =>
          tf.addN(
            own.map((s, e) =>
              all
                .slice([e, 0, 0], [1, -1, -1])
                .squeeze([0])
                .mul(s / total)
            )
          ) as tf.Tensor2D;
        return x.slice([t, 0], [1, -1]).matMul(mixed(a)).matMul(mixed(b));
      });
      return tf.concat(rows).add(tf.tensor(before, x.shape)).dataSync();
    });
    const ctx = Context.create();
    leaveTasks(ids)(ctx);
    expectClose(
      tf.tidy(() => adapters.apply(x, ctx).dataSync()),
      expected,
      1e-6
    );
    ctx.dispose();
    tf.dispose([x, y]);
    adapters.remove();
    network.dispose();
  });

  test('a head mixes its own rows of the first factor and its own columns of the second', () => {
    const network = frozenLinear(1);
    const adapters = peft.taskLora(network, inventory(2, 2));
    // Head 0 takes the first adapter alone, head 1 the second.
    setValue(adapters, '0.z', () => tf.tensor([[50, -50], [-50, 50]]).expandDims(0).tile([TASKS, 1, 1])); // prettier-ignore
    setValue(adapters, '0.b', (b) => Random.fromSeed(2).normal(b.shape));
    const [a, b] = ['a', 'b'].map((name) => adapters.parameters().get(`0.${name}`)!.read() as tf.Tensor3D);
    const { x, y } = related(1, 0).batches(0);
    const [actual, expected] = tf.tidy(() => {
      const half = WIDTH / 2;
      const first = tf.concat([a.slice([0, 0, 0], [1, half, -1]), a.slice([1, half, 0], [1, half, -1])], 1);
      const second = tf.concat([b.slice([0, 0, 0], [1, -1, half]), b.slice([1, 0, half], [1, -1, half])], 2);
      const ctx = Context.create();
      leaveTasks(new Array<number>(x.shape[0]).fill(2))(ctx);
      const adapted = adapters.apply(x, ctx).dataSync();
      adapters.detach();
      const plain = network.apply(x, ctx);
      return [adapted, plain.add(x.matMul(first.squeeze([0])).matMul(second.squeeze([0]))).dataSync()];
    });
    expectClose(actual, expected, 1e-6);
    tf.dispose([x, y]);
    adapters.remove();
    network.dispose();
  });

  test('tuning the routing alone trains tasks x experts x heads values, and keeps the adapters bit for bit', () => {
    const network = frozenLinear(1);
    const adapters = peft.taskLora(network, inventory(3, 4));
    const a = adapters.parameters().get('0.a')!.variable.dataSync();
    const next = peft.adaptTasks(adapters, { tasks: 2, how: 'z' });
    expect(next.trainableShare().trainable).toBe(2 * 3 * 4);
    expect(next.parameters().get('0.a')!.variable.dataSync()).toEqual(a);
    next.remove();
    network.dispose();
  });

  test('heads bring the gradients of tasks together and fit the tasks better; one mean adapter suffices for a new task', () => {
    const runs = SEEDS.map((seed) => {
      const [shared, poly, mhr] = [[1, 1], [3, 1], [3, 4]].map(([experts, heads]) => pretrain(experts, heads, seed)); // prettier-ignore
      const few = Object.fromEntries(
        (['full', 'z', 'mu'] as const).map((how) => [how, fewShot(mhr.adapters, how, seed)])
      ) as Record<peft.TaskAdaptation, number>;
      [shared, poly, mhr].forEach(({ adapters }) => adapters.remove());
      return { shared, poly, mhr, few };
    });
    const gain = (of: (run: (typeof runs)[number]) => number) => expect(mean(runs.map(of))).toBeGreaterThan(0);
    gain(({ mhr, poly }) => mhr.cosine - poly.cosine);
    gain(({ poly, shared }) => poly.cosine - shared.cosine);
    gain(({ mhr, poly }) => poly.error - mhr.error);
    gain(({ poly, shared }) => shared.error - poly.error);
    const ofAll = (how: peft.TaskAdaptation) => mean(runs.map(({ few }) => few[how]));
    expect(ofAll('mu')).toBeLessThan(1.25 * ofAll('full'));
    expect(ofAll('z')).toBeGreaterThan(ofAll('full'));
  });
});

/** Trains an inventory on the tasks, and looks at it twice on the way. */
function pretrain(experts: number, heads: number, seed: number) {
  const adapters = peft.taskLora(frozenLinear(seed), inventory(experts, heads, seed));
  const tasks = related(seed, 0);
  const cosines = [0, 1].map(() => {
    regress(adapters, tasks.batches, { steps: 75, seed, learningRate: 0.02, prepare: leaveTasks(tasks.ids) });
    return alignment(adapters, tasks);
  });
  return { adapters, cosine: mean(cosines), error: errorOf(adapters, tasks.batches, leaveTasks(tasks.ids)) };
}

/** Goes on with two batches of one new task; the error on others of that task. */
function fewShot(pretrained: peft.Adapters, how: peft.TaskAdaptation, seed: number): number {
  const copy = peft.taskLora(frozenLinear(seed), inventory(3, 4));
  copy.parameters().forEach((parameter, path) => parameter.assign(pretrained.parameters().get(path)!.variable));
  const next = peft.adaptTasks(copy, { tasks: 1, how, seed });
  const { batches, ids } = related(seed, 100, 1);
  const few: Batches = (step) => batches(step < 1000 ? step % 2 : step);
  const wanted = (path: string) => next.parameters().get(path)!.trainable;
  regress(next, few, { steps: 75, seed, learningRate: 0.02, wanted, prepare: leaveTasks(ids) });
  const error = errorOf(next, batches, leaveTasks(ids));
  next.remove();
  return error;
}
