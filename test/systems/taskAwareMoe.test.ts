import { core, moe, routers, tf } from '@switchyard/kernel-lib';
import { describe, expect, test } from 'vitest';
import { makeTokens, setValue } from '../support/networks';
import { expectClose } from '../support/numeric';
import { errorOf } from '../support/regression';
import { choicesOf } from '../support/stack';

const { Random } = core;

const [WIDTH, TASKS, EXPERTS, COUNT] = [8, 5, 6, 50];
/** The tasks whose tokens are there in turn; the last is new. */
const SEEN = [0, 1, 2, 3];
const NEW = 4;

const idsOf = (tasks: readonly number[]) => Array.from({ length: COUNT }, (_, i) => tasks[i % tasks.length]);

const naming = (tasks: readonly number[]) => (ctx: core.Context) =>
  ctx.setState(
    moe.TASK_IDS,
    tf.tidy(() => tf.tensor1d(idsOf(tasks), 'int32'))
  );

/** Task t is heard by experts t and t + 1, most by t; tasks that are neighbours share one. */
function planted(): moe.MoeLayer {
  const router = routers.task({ k: 2, tasks: TASKS, embedDim: 4, content: false });
  const layer = moe.layer({ router, experts: EXPERTS, width: WIDTH, hidden: 8, random: Random.fromSeed(1) });
  setValue(layer, 'router.embedding', () => tf.tensor2d([...SEEN, 0].map((task) => SEEN.map((each) => +(each === task))))); // prettier-ignore
  const affinity = (task: number, expert: number) => (expert === task ? 2 : expert === task + 1 ? 1 : 0);
  setValue(layer, 'router.taskWeight', () => tf.tensor2d(SEEN.map((task) => Array.from({ length: EXPERTS }, (_, e) => affinity(task, e))))); // prettier-ignore
  return layer;
}

describe('[task-aware-moe-mtl]', () => {
  test('the embedding of a task chooses its experts, the same for all of its tokens, and tasks share those that both choose', () => {
    const layer = planted();
    const x = makeTokens(COUNT, WIDTH);
    const chosen = choicesOf(layer, x, naming(SEEN))[0];
    idsOf(SEEN).forEach((task, t) => expect([...chosen[t]]).toEqual([task, task + 1]));
    x.dispose();
    layer.dispose();
  });

  test('a loss on the tokens of one task moves the embedding of that task alone', () => {
    const layer = planted();
    const x = makeTokens(COUNT, WIDTH);
    const ctx = core.Context.create({ training: true });
    naming([2])(ctx);
    const embedding = layer.parameters().get('router.embedding')!.variable;
    const { value, grads } = tf.variableGrads(() => layer.apply(x, ctx).square().sum() as tf.Scalar, [embedding]);
    const rows = tf.tidy(() => Object.values(grads)[0].abs().sum(1).arraySync() as number[]);
    rows.forEach((size, task) => expect(size > 0, `task ${task}`).toBe(task === 2));
    ctx.dispose();
    tf.dispose([value, grads, x]);
    layer.dispose();
  });

  test('of the gates that are there, the one that does best on a few samples of a new task is that of the task it is like', () => {
    const layer = planted();
    const x = makeTokens(COUNT, WIDTH);
    const ctx = core.Context.create();
    naming([1])(ctx);
    const target = layer.apply(x, ctx);
    ctx.dispose();
    const errors = SEEN.map((from) => {
      setValue(layer, 'router.embedding', (old) => old.slice([0], [NEW]).concat(old.slice([from], [1])));
      return errorOf(layer, () => ({ x: x.clone(), y: target.clone() }), naming([NEW]));
    });
    // Task 1 shares an expert with 0 and with 2, and none with 3.
    expectClose([errors[1]], [0], 1e-12);
    expect(Math.min(errors[0], errors[2])).toBeGreaterThan(1e-4);
    expect(errors[3]).toBeGreaterThan(Math.max(errors[0], errors[2]) / 2);
    tf.dispose([x, target]);
    layer.dispose();
  });
});
