import { core, layers, moe, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import type { Batches } from '../support/regression';
import { errorOf, regress } from '../support/regression';

const { Context, Random } = core;

const SIZES = { width: 16, hidden: 32 };

function network(perTask: number, seed: number): core.Module {
  const random = Random.fromSeed(seed);
  return perTask === 0
    ? new layers.FeedForward({ width: 16, hidden: 32, bias: false, random })
    : moe.taskFeedForward({ ...SIZES, tasks: 2, perTask, random });
}

const leaveTasks = (tasks: readonly number[]) => (ctx: core.Context) =>
  ctx.setState(moe.TASK_IDS, tf.tensor1d([...tasks], 'int32'));

describe('[vitposepp]', () => {
  test('a batch of one task gives the other part a gradient of exactly zero', () => {
    const module = moe.taskFeedForward({ ...SIZES, tasks: 2, perTask: 4, random: Random.fromSeed(1) });
    const x = Random.fromSeed(2).normal([10, 16]);
    const ctx = Context.create();
    leaveTasks(new Array<number>(10).fill(1))(ctx);
    const { value, grads } = tf.variableGrads(() => module.apply(x, ctx).square().sum() as tf.Scalar);
    const perTask = grads[module.parameters().get('perTask')!.variable.name];
    const [other, own] = tf.tidy(() => perTask.abs().max([1, 2]).arraySync() as number[]);
    expect(other).toBe(0);
    expect(own).toBeGreaterThan(0);
    ctx.dispose();
    tf.dispose([value, grads, x] as tf.TensorContainer);
    module.dispose();
  });

  test('a token costs what it does in one dense network', () => {
    const random = Random.fromSeed(1);
    const module = moe.taskFeedForward({ ...SIZES, tasks: 5, perTask: 4, random });
    const bank = moe.plainExperts().build({ ...SIZES, numExperts: 1, random });
    expect(module.cost({ length: 1 }).flops).toBe(bank.flops[0]);
    // Rows of the parts together with the shared columns are one matrix of the dense network.
    expect(module.countParameters() - 4 * 32 * 4).toBe(bank.countParameters());
    bank.dispose();
    module.dispose();
  });

  test('two tasks trained together lose less with parts of their own than with all shared', () => {
    const gains = [1, 2, 3].map((seed) => {
      // The same kind of input for both; other maps to keypoints.
      const ids = Array.from({ length: 128 }, (_, t) => (t < 64 ? 0 : 1));
      const batches: Batches = (step) =>
        tf.tidy(() => {
          const x = Random.fromSeed(seed).child(step).normal([128, 16]);
          const maps = [0, 1].map((i) => Random.fromSeed(seed).child('map').child(i).normal([16, 16], 0, 0.25));
          const halves = tf.split(x, 2).map((half, i) => half.matMul(maps[i]));
          return { x, y: tf.concat(halves) };
        });
      const error = (perTask: number) => {
        const module = network(perTask, seed);
        regress(module, batches, { steps: 200, seed, prepare: leaveTasks(ids) });
        const value = errorOf(module, batches, leaveTasks(ids));
        module.dispose();
        return value;
      };
      return error(0) - error(8);
    });
    expect(Math.min(...gains)).toBeGreaterThan(0);
  });
});
