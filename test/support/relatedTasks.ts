import { core, layers, moe, type peft, tf } from '@switchyard/kernel-lib';
import type { Batches } from './regression';

const { Context, Random } = core;

export const WIDTH = 16;
export const TASKS = 6;
const PER_TASK = 16;

/** A linear map that adapters go on, as network of one layer. */
export function frozenLinear(seed: number): core.Module {
  const random = Random.fromSeed(seed);
  return new layers.Sequential([new layers.Linear({ inputWidth: WIDTH, outputWidth: WIDTH, bias: false, random })]);
}

/** Options of adapters for the tasks. */
export const inventory = (experts: number, heads: number, seed = 0): peft.TaskLoraOptions => ({
  ...{ targets: ['0'], experts, rank: 4, tasks: TASKS, heads, seed }
});

/**
 * Related tasks: each adds to the frozen map a mixture of its own of three maps that all tasks have in common, in each of four
 * parts of the inputs by itself. `first` numbers the tasks, so that later ones are new.
 */
export function related(seed: number, first: number, numTasks = TASKS): { batches: Batches; ids: number[] } {
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

/** Tells a pass which task each token is of. */
export const leaveTasks =
  (ids: readonly number[]) =>
  (ctx: core.Context): void =>
    ctx.setState(moe.TASK_IDS, tf.tensor1d([...ids], 'int32'));
