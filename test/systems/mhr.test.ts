import { core, peft, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { setValue } from '../support/networks';
import { expectClose } from '../support/numeric';
import { frozenLinear, inventory, leaveTasks, related, TASKS, WIDTH } from '../support/relatedTasks';

const { Context, Random } = core;

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
});
